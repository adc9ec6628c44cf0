namespace LocalSlm;

/// <summary>Sampling settings that a model's files recommend. A <see langword="null"/> says that the file is silent.</summary>
public sealed record RecommendedSampling
{
    /// <summary>Gets the temperature, 0 for greedy.</summary>
    public float? Temperature { get; init; }

    /// <summary>Gets how many of the likeliest tokens are considered.</summary>
    public int? TopK { get; init; }

    /// <summary>Gets the probability mass that is considered, 0 to 1.</summary>
    public float? TopP { get; init; }

    /// <summary>Gets the least probability, relative to the likeliest token, 0 to 1.</summary>
    public float? MinP { get; init; }

    /// <summary>Gets the factor by which repeated tokens are made less likely; 1 for none.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Gets how many recent tokens count as repeated.</summary>
    public int? PenaltyWindowTokens { get; init; }
}
