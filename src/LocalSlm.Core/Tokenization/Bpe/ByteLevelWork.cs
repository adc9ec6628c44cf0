namespace LocalSlm.Tokenization.Bpe;

/// <summary>What one thread at a time needs to encode: buffers, and the tokens of words met lately. The memory for words is of
/// fixed size; a word pushes out the one in its place.</summary>
internal sealed class ByteLevelWork
{
    private const int Words = 4_096;
    private const int MostBytes = 32;
    private const int MostTokens = 8;
    private const int MostKeptBytes = 1 << 18;

    private readonly (uint Hash, byte Bytes, byte Tokens)[] _words = new (uint, byte, byte)[Words];
    private readonly byte[] _wordBytes = new byte[Words * MostBytes];
    private readonly int[] _wordTokens = new int[Words * MostTokens];
    private byte[] _utf8 = new byte[1_024];
    private int[] _ids = new int[1_024];

    public SymbolMerger Merger { get; } = new();

    /// <summary>Writes a piece in UTF-8. Valid until the next call.</summary>
    public ReadOnlySpan<byte> ToUtf8(ReadOnlySpan<char> piece)
    {
        if (_utf8.Length < piece.Length * 3L)
        {
            var needed = piece.Length <= 1_024 ? piece.Length * 3 : System.Text.Encoding.UTF8.GetByteCount(piece);
            if (_utf8.Length < needed)
            {
                _utf8 = new byte[needed];
            }
        }

        var utf8 = _utf8;
        if (piece.Length <= 16)
        {
            var at = 0;
            for (; at < piece.Length && piece[at] < 0x80; at++)
            {
                utf8[at] = (byte)piece[at];
            }

            if (at == piece.Length)
            {
                return utf8.AsSpan(0, at);
            }
        }

        return utf8.AsSpan(0, System.Text.Encoding.UTF8.GetBytes(piece, utf8));
    }

    /// <summary>Gets room for symbols. Valid until the next call.</summary>
    public Span<int> Ids(int count)
    {
        if (_ids.Length < count)
        {
            _ids = new int[count];
        }

        return _ids.AsSpan(0, count);
    }

    /// <summary>Gives back what a very long piece needed.</summary>
    public void Trim()
    {
        if (_utf8.Length > MostKeptBytes)
        {
            _utf8 = new byte[1_024];
        }

        if (_ids.Length > MostKeptBytes)
        {
            _ids = new int[1_024];
        }

        Merger.Trim();
    }

    /// <summary>Adds the tokens of a word that was met lately.</summary>
    public bool TryGet(ReadOnlySpan<byte> bytes, uint hash, List<int> tokens)
    {
        var at = (int)(hash >> 8) & (Words - 1);
        ref var word = ref _words[at];
        if (
            word.Hash != hash
            || word.Bytes != bytes.Length
            || !_wordBytes.AsSpan(at * MostBytes, word.Bytes).SequenceEqual(bytes)
        )
        {
            return false;
        }

        tokens.AddRange(_wordTokens.AsSpan(at * MostTokens, word.Tokens));
        return true;
    }

    /// <summary>Keeps the tokens of a word, if it is short.</summary>
    public void Keep(ReadOnlySpan<byte> bytes, uint hash, ReadOnlySpan<int> tokens)
    {
        if (bytes.Length > MostBytes || tokens.Length > MostTokens)
        {
            return;
        }

        var at = (int)(hash >> 8) & (Words - 1);
        _words[at] = (hash, (byte)bytes.Length, (byte)tokens.Length);
        bytes.CopyTo(_wordBytes.AsSpan(at * MostBytes));
        tokens.CopyTo(_wordTokens.AsSpan(at * MostTokens));
    }
}
