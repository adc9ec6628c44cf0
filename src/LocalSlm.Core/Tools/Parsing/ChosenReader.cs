namespace LocalSlm.Tools;

/// <summary>Chooses by the first character behind white space how a block is read: several families write their calls in more than one
/// way.</summary>
/// <param name="choose">Makes the reader.</param>
/// <param name="empty">What becomes of a block that has nothing but white space in it.</param>
internal sealed class ChosenReader(Func<char, IBlockReader> choose, BlockState empty) : IBlockReader
{
    private IBlockReader? _reader;

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        taken = 0;
        if (_reader is null)
        {
            taken = text.Length - text.TrimStart().Length;
            if (taken == text.Length)
            {
                return BlockState.Open;
            }

            _reader = choose(text[taken]);
        }

        var state = _reader.Read(text[taken..], isFinal, output, out var read);
        taken += read;
        return state;
    }

    /// <inheritdoc/>
    public BlockState End(ReplyWriter output) => _reader?.End(output) ?? empty;
}
