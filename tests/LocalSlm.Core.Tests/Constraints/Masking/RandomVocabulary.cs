namespace LocalSlm.Tests.Constraints.Masking;

/// <summary>A vocabulary of short runs of a, b, c, with doubles, and one token that ends generation.</summary>
internal sealed class RandomVocabulary : ITokenizer
{
    private readonly byte[][] _tokens;

    public RandomVocabulary(int seed)
    {
        var random = new Random(seed);
        _tokens =
        [
            .. Enumerable
                .Range(0, 1 + random.Next(60))
                .Select(_ =>
                    Enumerable.Range(0, 1 + random.Next(4)).Select(_ => (byte)('a' + random.Next(3))).ToArray()
                ),
            [],
        ];
    }

    public int VocabularySize => _tokens.Length;

    public string BosText => "";

    public string EosText => "<end>";

    public IReadOnlyList<int> EndOfGenerationTokens => [_tokens.Length - 1];

    public void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens) =>
        throw new NotSupportedException();

    public ReadOnlySpan<byte> GetBytes(int token) => _tokens[token];

    public string GetName(int token) =>
        IsControl(token) ? "<end>" : System.Text.Encoding.ASCII.GetString(_tokens[token]);

    public bool IsControl(int token) => token == _tokens.Length - 1;

    public bool IsEndOfGeneration(int token) => IsControl(token);
}
