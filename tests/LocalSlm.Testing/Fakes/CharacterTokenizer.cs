using System.Text;

namespace LocalSlm.Testing.Fakes;

/// <summary>One token for each character, so that every count can be checked by hand; the special tokens of ChatML are one
/// token each, in control spans alone.</summary>
public sealed class CharacterTokenizer : ITokenizer
{
    /// <summary>A token for "th", which models may generate but <see cref="Encode"/> never makes.</summary>
    public const int Th = FirstSpecial + 3;

    private const int FirstSpecial = 0x110000;

    private static readonly string[] s_specials = ["<s>", "<|im_start|>", "<|im_end|>"];

    public int VocabularySize => Th + 1;

    public string BosText => s_specials[0];

    public string EosText => s_specials[2];

    public IReadOnlyList<int> EndOfGenerationTokens { get; } = [FirstSpecial + 2];

    /// <summary>Gets or sets a value indicating whether texts begin with a space that is not theirs.</summary>
    public bool AddsSpaceBeforeText { get; set; }

    /// <summary>Gets or sets a value indicating whether the model behind the tokenizer is gone.</summary>
    public bool IsDisposed { get; set; }

    /// <summary>Gets how often a prompt was tokenized.</summary>
    public int EncodeCount { get; private set; }

    public void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        EncodeCount++;
        if (addSpecialTokens)
        {
            tokens.Add(FirstSpecial);
        }

        foreach (var span in prompt)
        {
            var rest = span.Text.AsSpan();
            while (!rest.IsEmpty)
            {
                var special = -1;
                for (var index = 0; span.IsControl && index < s_specials.Length; index++)
                {
                    if (rest.StartsWith(s_specials[index], StringComparison.Ordinal))
                    {
                        special = index;
                    }
                }

                if (special >= 0)
                {
                    tokens.Add(FirstSpecial + special);
                    rest = rest[s_specials[special].Length..];
                    continue;
                }

                Rune.DecodeFromUtf16(rest, out var rune, out var length);
                tokens.Add(rune.Value);
                rest = rest[length..];
            }
        }
    }

    public ReadOnlySpan<byte> GetBytes(int token) =>
        token == Th ? "th"u8
        : token >= FirstSpecial ? []
        : Encoding.UTF8.GetBytes(Letter(token).ToString());

    public string GetName(int token) =>
        token == Th ? "th"
        : token >= FirstSpecial ? s_specials[token - FirstSpecial]
        : Letter(token).ToString();

    // Half of a surrogate pair is no character of its own; texts never come to such a token.
    private static Rune Letter(int token) => Rune.TryCreate(token, out var letter) ? letter : Rune.ReplacementChar;

    public bool IsControl(int token) => token is >= FirstSpecial and < Th;

    public bool IsEndOfGeneration(int token) => token == FirstSpecial + 2;

    /// <summary>Writes token ids out, special tokens by name.</summary>
    /// <param name="tokens">The ids.</param>
    /// <returns>The text.</returns>
    public string Spell(IEnumerable<int> tokens) => string.Concat(tokens.Select(GetName));
}
