using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>What every token stands for, read once from the native vocabulary. Immutable.</summary>
internal sealed class TokenTable
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;
    private readonly TokenAttributes[] _attributes;
    private readonly bool[] _endsGeneration;

    public TokenTable(VocabularyReader vocabulary)
    {
        var count = vocabulary.TokenCount;
        _ends = new int[count];
        _attributes = new TokenAttributes[count];
        _endsGeneration = new bool[count];
        var endOfGeneration = new List<int>();
        using var bytes = new MemoryStream(count * 6);
        var buffer = new byte[256];
        for (var token = 0; token < count; token++)
        {
            _attributes[token] = (TokenAttributes)vocabulary.GetAttributes(token);
            if (!IsControl(token))
            {
                var length = vocabulary.GetPiece(token, buffer);
                if (length < 0)
                {
                    buffer = new byte[-length];
                    length = vocabulary.GetPiece(token, buffer);
                }

                bytes.Write(buffer, 0, Math.Max(0, length));
            }

            _ends[token] = (int)bytes.Length;
            if (vocabulary.IsEndOfGeneration(token))
            {
                _endsGeneration[token] = true;
                endOfGeneration.Add(token);
            }
        }

        _bytes = bytes.ToArray();
        EndOfGeneration = [.. endOfGeneration];
    }

    public int Count => _ends.Length;

    public IReadOnlyList<int> EndOfGeneration { get; }

    public ReadOnlySpan<byte> GetBytes(int token)
    {
        var end = _ends[token];
        var start = token == 0 ? 0 : _ends[token - 1];
        return _bytes.AsSpan(start, end - start);
    }

    public TokenAttributes GetAttributes(int token) => _attributes[token];

    /// <summary>Control tokens, and the placeholder for unknown text: both are skipped in text, as llama.cpp does when special
    /// tokens are not wanted (<c>llama_token_to_piece</c>, v0.4.0).</summary>
    public bool IsControl(int token) => (_attributes[token] & (TokenAttributes.Control | TokenAttributes.Unknown)) != 0;

    public bool EndsGeneration(int token) => (uint)token < (uint)_endsGeneration.Length && _endsGeneration[token];
}
