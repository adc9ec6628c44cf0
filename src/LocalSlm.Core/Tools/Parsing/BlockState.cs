namespace LocalSlm.Tools;

/// <summary>How far the reader of a block has come.</summary>
internal enum BlockState
{
    /// <summary>It needs more text. What it did not take is offered again, with what follows it.</summary>
    Open,

    /// <summary>The block ended with what was taken; white space behind it is not text.</summary>
    Closed,

    /// <summary>It is no such block: everything from its marker on is given out as what stands around it.</summary>
    Declined,
}
