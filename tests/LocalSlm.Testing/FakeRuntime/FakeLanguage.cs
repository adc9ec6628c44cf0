namespace LocalSlm.Testing;

/// <summary>A deterministic "language model": the next token follows from a hash of every token before it. An engine that loses,
/// repeats, or mixes up a single token produces another text.</summary>
public static class FakeLanguage
{
    public const int VocabularySize = 260;
    public const int EndOfTurn = 256;
    public const int StartOfTurn = 257;

    public static ulong Hash(ulong hash, int token) => (hash ^ (uint)(token + 1)) * 0x100000001B3UL;

    public static ulong Hash(IEnumerable<int> tokens) => tokens.Aggregate(0xCBF29CE484222325UL, Hash);

    /// <summary>Fills the logits that follow tokens with the given hash.</summary>
    public static void FillLogits(ulong hash, Span<float> logits, int endEvery)
    {
        logits.Fill(-10);
        var mixed = hash ^ (hash >> 29);
        mixed *= 0xBF58476D1CE4E5B9UL;
        mixed ^= mixed >> 32;
        for (var i = 0; i < 26; i++)
        {
            logits['a' + i] = (float)((mixed >> (i % 32)) & 0xFF) / 256f;
        }

        logits['a' + (int)(mixed % 26)] = 5;
        if (endEvery > 0 && (mixed >> 8) % (ulong)endEvery == 0)
        {
            logits[EndOfTurn] = 9;
        }
    }

    /// <summary>What the model says greedily after a prompt: the reference that an engine's reply must equal.</summary>
    public static string Continue(IEnumerable<int> prompt, int maxTokens, int endEvery)
    {
        var hash = Hash(prompt);
        var logits = new float[VocabularySize];
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < maxTokens; i++)
        {
            FillLogits(hash, logits, endEvery);
            var token = Array.IndexOf(logits, logits.Max());
            if (token == EndOfTurn)
            {
                break;
            }

            text.Append((char)token);
            hash = Hash(hash, token);
        }

        return text.ToString();
    }
}
