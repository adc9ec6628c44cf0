namespace LocalSlm.Tools;

/// <summary>Reads what follows a marker: one call, several, or a header that says what comes next. The state belongs to one
/// block.</summary>
internal interface IBlockReader
{
    /// <summary>Reads on. What the reader does with a text must not depend on where the text is cut: where it cannot decide yet, it
    /// leaves the undecided characters (never more than a marker's length, so that reading stays linear) and answers
    /// <see cref="BlockState.Open"/>.</summary>
    /// <param name="text">What follows what was taken before.</param>
    /// <param name="isFinal">Whether nothing follows <paramref name="text"/>: then the reader takes everything and decides.</param>
    /// <param name="output">Receives calls, text, reasoning.</param>
    /// <param name="taken">How many characters of <paramref name="text"/> were taken.</param>
    /// <returns>How far the block has come. Where it stays open at the end of the reply, <see cref="End"/> follows.</returns>
    BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken);

    /// <summary>The reply ended within the block: what is there comes out, a call that was cut off with its problem.</summary>
    /// <param name="output">Receives it.</param>
    /// <returns><see cref="BlockState.Declined"/> to give the block's text out instead; else <see cref="BlockState.Closed"/>.</returns>
    BlockState End(ReplyWriter output);
}
