namespace LocalSlm.Tools;

/// <summary>What a marker in a reply does.</summary>
internal enum MarkerEffect
{
    /// <summary>Begins a block of calls; it counts only where the request has tools.</summary>
    Call,

    /// <summary>Begins a block that is read whether or not there are tools, such as the header of a channel.</summary>
    Header,

    /// <summary>Is left out. Text follows.</summary>
    Drop,

    /// <summary>Begins reasoning.</summary>
    BeginReasoning,

    /// <summary>Ends reasoning.</summary>
    EndReasoning,
}
