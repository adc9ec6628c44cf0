using System.Text;

namespace LocalSlm.Benchmarks.Micro;

/// <summary>One token for each letter, and one that ends a reply, which <see cref="ScriptedDecoder"/> never writes.</summary>
internal sealed class ScriptedTokenizer : ITokenizer
{
    public const int Letters = 26;
    public const int Size = Letters + 1;
    private static readonly byte[] Alphabet = Encoding.ASCII.GetBytes("abcdefghijklmnopqrstuvwxyz");

    public int VocabularySize => Size;

    public string BosText => "";

    public string EosText => "";

    public IReadOnlyList<int> EndOfGenerationTokens { get; } = [Letters];

    public void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens)
    {
        foreach (var span in prompt)
        {
            foreach (var letter in span.Text)
            {
                tokens.Add(letter % Letters);
            }
        }
    }

    public ReadOnlySpan<byte> GetBytes(int token) => token < Letters ? Alphabet.AsSpan(token, 1) : default;

    public string GetName(int token) => token < Letters ? ((char)Alphabet[token]).ToString() : "<end>";

    public bool IsControl(int token) => token == Letters;

    public bool IsEndOfGeneration(int token) => token == Letters;
}
