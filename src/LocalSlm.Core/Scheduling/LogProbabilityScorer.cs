using LocalSlm.Sampling;

namespace LocalSlm.Scheduling;

/// <summary>Keeps the logits of one step as the model gave them, so that log probabilities can be told after the sampler has
/// changed them. The owner thread's own.</summary>
internal sealed class LogProbabilityScorer(TokenTexts texts)
{
    private float[] _raw = [];

    public void Keep(ReadOnlySpan<float> logits)
    {
        if (_raw.Length != logits.Length)
        {
            _raw = new float[logits.Length];
        }

        logits.CopyTo(_raw);
    }

    public TokenLogProbabilities Score(int chosen, int alternatives)
    {
        var sum = LogProbabilities.LogSumExp(_raw);
        var tokens = new int[alternatives];
        var values = new float[alternatives];
        var count = LogProbabilities.Top(_raw, sum, tokens, values);
        var top = new TokenLogProbability[count];
        for (var i = 0; i < count; i++)
        {
            top[i] = new TokenLogProbability(tokens[i], texts.Describe(tokens[i]), values[i]);
        }

        return new TokenLogProbabilities(
            new TokenLogProbability(chosen, texts.Describe(chosen), LogProbabilities.Of(_raw, sum, chosen)),
            top
        );
    }
}
