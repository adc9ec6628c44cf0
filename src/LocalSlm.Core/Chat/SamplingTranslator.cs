using LocalSlm.Sampling;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Resolves how tokens are chosen: the request, else the model's recommendation, else the defaults.</summary>
internal static class SamplingTranslator
{
    // The defaults that llama.cpp (common/common.h, v0.4.0) made usual.
    public const float DefaultTemperature = 0.8f;
    public const int DefaultTopK = 40;
    public const float DefaultTopP = 0.95f;
    public const float DefaultMinP = 0.05f;
    public const int DefaultPenaltyWindowTokens = 64;

    /// <summary>Resolves the settings.</summary>
    /// <param name="options">The request's options.</param>
    /// <param name="recommended">What the model's publisher recommends.</param>
    /// <param name="vocabularySize">Number of token ids.</param>
    /// <returns>The settings; the seed is 0 where the caller gave none.</returns>
    public static SamplingSettings Translate(ChatOptions options, RecommendedSampling recommended, int vocabularySize)
    {
        var settings = new SamplingSettings
        {
            Temperature = options.Temperature ?? recommended.Temperature ?? DefaultTemperature,
            TopK = options.TopK ?? recommended.TopK ?? DefaultTopK,
            TopP = options.TopP ?? recommended.TopP ?? DefaultTopP,
            MinP = options.MinP ?? recommended.MinP ?? DefaultMinP,
            TypicalP = options.TypicalP ?? 1,
            RepetitionPenalty = options.RepetitionPenalty ?? recommended.RepetitionPenalty ?? 1,
            FrequencyPenalty = options.FrequencyPenalty ?? 0,
            PresencePenalty = options.PresencePenalty ?? 0,
            PenaltyWindowTokens =
                options.PenaltyWindowTokens ?? recommended.PenaltyWindowTokens ?? DefaultPenaltyWindowTokens,
            LogitBias = options.LogitBias,
            DryMultiplier = options.DryMultiplier ?? 0,
            DryBase = options.DryBase ?? 1.75f,
            DryAllowedLength = options.DryAllowedLength ?? 2,
            Seed = unchecked((ulong)(options.Seed ?? 0)),
        };
        Check(settings, vocabularySize);
        return settings;
    }

    private static void Check(SamplingSettings settings, int vocabularySize)
    {
        const float Most = float.MaxValue;
        const float AboveZero = float.Epsilon;
        InRange(settings.Temperature, 0, Most, nameof(ChatOptions.Temperature));
        AtLeast(settings.TopK, 0, nameof(ChatOptions.TopK));
        InRange(settings.TopP, 0, 1, nameof(ChatOptions.TopP));
        InRange(settings.MinP, 0, 1, nameof(SamplingSettings.MinP));
        InRange(settings.TypicalP, AboveZero, 1, nameof(SamplingSettings.TypicalP));
        InRange(settings.RepetitionPenalty, AboveZero, Most, nameof(SamplingSettings.RepetitionPenalty));
        InRange(settings.FrequencyPenalty, -Most, Most, nameof(ChatOptions.FrequencyPenalty));
        InRange(settings.PresencePenalty, -Most, Most, nameof(ChatOptions.PresencePenalty));
        AtLeast(settings.PenaltyWindowTokens, 0, nameof(SamplingSettings.PenaltyWindowTokens));
        InRange(settings.DryMultiplier, 0, Most, nameof(SamplingSettings.DryMultiplier));
        InRange(settings.DryBase, 1, Most, nameof(SamplingSettings.DryBase));
        AtLeast(settings.DryAllowedLength, 0, nameof(SamplingSettings.DryAllowedLength));
        foreach (var (token, bias) in settings.LogitBias ?? new Dictionary<int, float>())
        {
            if ((uint)token >= (uint)vocabularySize)
            {
                throw OptionError.OutOfRange(
                    nameof(SamplingSettings.LogitBias),
                    token,
                    $"The vocabulary has the token ids 0 to {vocabularySize - 1}."
                );
            }

            if (float.IsNaN(bias) || float.IsPositiveInfinity(bias))
            {
                throw OptionError.OutOfRange(
                    nameof(SamplingSettings.LogitBias),
                    bias,
                    $"The bias of token {token} must be a number or negative infinity."
                );
            }
        }
    }

    private static void InRange(float value, float least, float most, string name)
    {
        // Written so that NaN fails.
        if (!(value >= least && value <= most))
        {
            var from =
                least == float.Epsilon ? "more than 0"
                : least == -float.MaxValue ? "finite"
                : $"{least} or more";
            var to = most == float.MaxValue ? "finite" : $"at most {most}";
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {from} and {to}.");
        }
    }

    private static void AtLeast(int value, int least, string name)
    {
        if (value < least)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} or more.");
        }
    }
}
