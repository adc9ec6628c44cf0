using System.Buffers.Binary;
using LocalSlm.Constraints.Automaton;

namespace LocalSlm.Constraints.Masking;

/// <summary>The tokens of a model as masks need them: sorted, and as trees. Immutable; safe to share.</summary>
internal sealed class TokenVocabulary
{
    /// <summary>The longest text token that a grammar may take, in bytes. Longer ones are runs of spaces and dashes mostly, and shorter ones
    /// spell the same; but how far a token reaches decides how many states must be told apart where characters are counted.</summary>
    internal const int LongestToken = 48;

    private const int LongestControl = 1024;

    private readonly TokenBytes _bytes;
    private readonly Dictionary<string, int> _controls = [];

    public TokenVocabulary(ITokenizer tokenizer, int size, CancellationToken cancellationToken = default)
        : this(tokenizer, new TokenBytes(tokenizer, size), cancellationToken) { }

    /// <summary>Reads a vocabulary: some 100 ms for 150 000 tokens.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="bytes">The bytes of its tokens.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public TokenVocabulary(ITokenizer tokenizer, TokenBytes bytes, CancellationToken cancellationToken)
    {
        _bytes = bytes;
        EndTokens = [.. tokenizer.EndOfGenerationTokens.Where(token => token < bytes.Size)];
        var sorted = Sort(Take(tokenizer, cancellationToken));
        All = TokenTrie.Build(sorted, bytes);
        cancellationToken.ThrowIfCancellationRequested();
        Plain = [.. PlainCharacters.All.Select(characters => PlainText.Take(characters, sorted, bytes))];
    }

    /// <summary>Gets the number of token ids.</summary>
    public int Size => _bytes.Size;

    /// <summary>Gets the tokens that end generation.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>Gets all tokens that a grammar may take.</summary>
    public TokenTrie All { get; }

    /// <summary>Gets the tokens of each kind of plain characters.</summary>
    public IReadOnlyList<PlainText> Plain { get; }

    /// <summary>Gets the bytes of a token; see <see cref="TokenBytes.Get"/>.</summary>
    public ReadOnlySpan<byte> GetBytes(int token) => _bytes.Get(token);

    /// <summary>Tells whether a token is a control token.</summary>
    public bool IsControl(int token) => _bytes.Get(token) is [MarkerBytes.Begin, ..];

    /// <summary>Finds a control token by its name.</summary>
    /// <returns>The token, or <see langword="null"/>.</returns>
    public int? FindControl(ReadOnlySpan<byte> name) =>
        _controls.TryGetValue(System.Text.Encoding.UTF8.GetString(name), out var token) ? token : null;

    private List<int> Take(ITokenizer tokenizer, CancellationToken cancellationToken)
    {
        var tokens = new List<int>(Size);
        for (var token = 0; token < Math.Min(Size, tokenizer.VocabularySize); token++)
        {
            if ((token & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var bytes = _bytes.Get(token);
            if (bytes is [MarkerBytes.Begin, ..])
            {
                if (_controls.TryAdd(tokenizer.GetName(token), token) && bytes.Length <= LongestControl)
                {
                    tokens.Add(token);
                }
            }
            else if (bytes.Length is > 0 and <= LongestToken)
            {
                tokens.Add(token);
            }
        }

        return tokens;
    }

    // By the first eight bytes as numbers, which decides nearly always and compares fast; then by all.
    private int[] Sort(List<int> list)
    {
        int[] tokens = [.. list];
        var keys = new ulong[tokens.Length];
        Span<byte> buffer = stackalloc byte[sizeof(ulong)];
        for (var i = 0; i < tokens.Length; i++)
        {
            var bytes = _bytes.Get(tokens[i]);
            buffer.Clear();
            bytes[..Math.Min(bytes.Length, buffer.Length)].CopyTo(buffer);
            keys[i] = BinaryPrimitives.ReadUInt64BigEndian(buffer);
        }

        Array.Sort(keys, tokens);
        for (int from = 0, to; from < tokens.Length; from = to)
        {
            for (to = from + 1; to < tokens.Length && keys[to] == keys[from]; )
            {
                to++;
            }

            tokens.AsSpan(from..to).Sort(Compare);
        }

        return tokens;
    }

    private int Compare(int left, int right)
    {
        var order = _bytes.Get(left).SequenceCompareTo(_bytes.Get(right));
        return order != 0 ? order : left.CompareTo(right);
    }
}
