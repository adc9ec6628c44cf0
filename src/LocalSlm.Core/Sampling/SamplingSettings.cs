namespace LocalSlm.Sampling;

/// <summary>Everything that decides which token follows, fully resolved: no value is "automatic". Immutable.</summary>
/// <remarks>Order of application: logit bias, repetition/frequency/presence penalties, DRY, top-k, typical-p, top-p, min-p,
/// temperature, draw.</remarks>
internal sealed record SamplingSettings
{
    /// <summary>Gets the temperature; 0 is greedy (the likeliest token, no randomness).</summary>
    public float Temperature { get; init; }

    /// <summary>Gets how many of the likeliest tokens are considered; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Gets the probability mass that is considered; 1 for all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Gets the least probability relative to the likeliest token; 0 for none.</summary>
    public float MinP { get; init; }

    /// <summary>Gets the mass of tokens of typical information content; 1 for all.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Gets the factor by which tokens in the window are made less likely; 1 for none.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Gets what is taken off a logit for each occurrence in the window.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Gets what is taken off a logit for any occurrence in the window.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Gets how many recent tokens the penalties look at, prompt included; 0 for none.</summary>
    public int PenaltyWindowTokens { get; init; } = 64;

    /// <summary>Gets what is added to the logits of single tokens; negative infinity forbids one.</summary>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <summary>Gets the strength of the DRY penalty on repeated runs of tokens; 0 for none.</summary>
    public float DryMultiplier { get; init; }

    /// <summary>Gets the base of the DRY penalty's growth with the length of the run.</summary>
    public float DryBase { get; init; } = 1.75f;

    /// <summary>Gets the longest run that DRY leaves unpunished, in tokens.</summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>Gets the seed of the random numbers.</summary>
    public ulong Seed { get; init; }
}
