using System.Text;

namespace LocalSlm.Testing;

/// <summary>A tokenizer of bytes, with ChatML's two markers as control tokens.</summary>
public sealed class FakeTokenizer : ITokenizer
{
    private static readonly byte[][] Bytes = [.. Enumerable.Range(0, 256).Select(static i => new[] { (byte)i })];

    public int VocabularySize => FakeLanguage.VocabularySize;

    public string BosText => "";

    public string EosText => "<|im_end|>";

    public IReadOnlyList<int> EndOfGenerationTokens => [FakeLanguage.EndOfTurn];

    public void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens)
    {
        foreach (var span in prompt)
        {
            var text = span.Text;
            while (text.Length > 0)
            {
                var next = span.IsControl ? NextMarker(text) : (At: text.Length, Length: 0, Token: -1);
                foreach (var b in Encoding.UTF8.GetBytes(text[..next.At]))
                {
                    tokens.Add(b);
                }

                if (next.Token >= 0)
                {
                    tokens.Add(next.Token);
                }

                text = text[(next.At + next.Length)..];
            }
        }
    }

    public ReadOnlySpan<byte> GetBytes(int token) => token < 256 ? Bytes[token] : [];

    public string GetName(int token) =>
        token switch
        {
            FakeLanguage.EndOfTurn => "<|im_end|>",
            FakeLanguage.StartOfTurn => "<|im_start|>",
            < 256 => ((char)token).ToString(),
            _ => $"<unused{token}>",
        };

    public bool IsControl(int token) => token >= 256;

    public bool IsEndOfGeneration(int token) => token == FakeLanguage.EndOfTurn;

    private (int At, int Length, int Token) NextMarker(string text)
    {
        var best = (At: text.Length, Length: 0, Token: -1);
        foreach (var token in (int[])[FakeLanguage.EndOfTurn, FakeLanguage.StartOfTurn])
        {
            var at = text.IndexOf(GetName(token), StringComparison.Ordinal);
            if (at >= 0 && at < best.At)
            {
                best = (at, GetName(token).Length, token);
            }
        }

        return best;
    }
}
