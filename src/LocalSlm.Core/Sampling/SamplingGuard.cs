using System.Runtime.CompilerServices;

namespace LocalSlm.Sampling;

/// <summary>The last check of settings; the options layer names its own properties before.</summary>
internal static class SamplingGuard
{
    public static void Check(SamplingSettings settings, int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        Between(settings.Temperature, 0, float.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(settings.TopK);
        Between(settings.TopP, 0, 1);
        Between(settings.MinP, 0, 1);
        Between(settings.TypicalP, 0, 1);
        Between(settings.RepetitionPenalty, float.Epsilon, float.MaxValue);
        Between(settings.FrequencyPenalty, float.MinValue, float.MaxValue);
        Between(settings.PresencePenalty, float.MinValue, float.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(settings.PenaltyWindowTokens);
        Between(settings.DryMultiplier, 0, float.MaxValue);
        Between(settings.DryBase, 1, float.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(settings.DryAllowedLength);
        foreach ((int token, float bias) in settings.LogitBias ?? new Dictionary<int, float>())
        {
            Token(token, vocabularySize);
            Between(bias, float.NegativeInfinity, float.MaxValue);
        }
    }

    public static void Token(int token, int vocabularySize)
    {
        if ((uint)token >= (uint)vocabularySize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(token),
                token,
                $"There is no such token; the vocabulary holds {vocabularySize}."
            );
        }
    }

    private static void Between(
        float value,
        float least,
        float most,
        [CallerArgumentExpression(nameof(value))] string? name = null
    )
    {
        // Written so that NaN fails.
        if (!(value >= least && value <= most))
        {
            throw new ArgumentOutOfRangeException(name, value, $"Must lie between {least} and {most}.");
        }
    }
}
