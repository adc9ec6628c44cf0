using LocalSlm.Constraints;
using LocalSlm.Sampling;

namespace LocalSlm.Scheduling;

/// <summary>One reply to be generated, in tokens. Immutable.</summary>
internal sealed record GenerationRequest
{
    /// <summary>Gets the prompt's token ids; at least one.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>Gets how tokens are chosen.</summary>
    public required SamplingSettings Sampling { get; init; }

    /// <summary>Gets the most tokens to generate; <see cref="int.MaxValue"/> for as many as the context holds.</summary>
    public int MaxOutputTokens { get; init; } = int.MaxValue;

    /// <summary>Gets the texts that end the reply; none is empty. They are never part of the reply.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Gets a value indicating whether a space at the very beginning of the reply is left out: where the vocabulary puts one
    /// before every text, it is not the reply's own.</summary>
    public bool DropsFirstSpace { get; init; }

    /// <summary>Gets a value indicating whether cached prefixes may be used. Without them the same seed gives the same text,
    /// whatever was computed before.</summary>
    public bool UsePrefixCache { get; init; } = true;

    /// <summary>Gets how many alternatives to report for every token; <see langword="null"/> for no log probabilities at all.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>Gets how many leading tokens stay when the context is slid; <see langword="null"/> to end the reply with
    /// <see cref="GenerationFinish.Length"/> when the context is full.</summary>
    public int? SlideKeepingTokens { get; init; }

    /// <summary>Gets what the reply may be; <see langword="null"/> for anything.</summary>
    public ReplyShape? Shape { get; init; }

    /// <summary>Gets a value indicating whether the names of control tokens are part of the reply's text; those that end generation
    /// never are.</summary>
    public bool IncludesControlTokens { get; init; }

    /// <summary>Gets a value indicating whether text that a grammar forces may be appended without sampling. It never is where
    /// <see cref="TopLogProbabilities"/> asks what the model thought of it.</summary>
    public bool JumpsAhead { get; init; } = true;

    /// <summary>Gets what is told about the progress of the prefill, on the owner thread.</summary>
    public IProgress<PrefillProgress>? Progress { get; init; }
}
