using LocalSlm.Sampling;

namespace LocalSlm.Chat;

/// <summary>A request in which everything has been checked and resolved, before it is rendered. Immutable.</summary>
internal sealed record ChatRequest
{
    /// <summary>Gets the messages, instructions included.</summary>
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>Gets a value indicating whether the last message is continued.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Gets a value indicating whether the text of the messages is the prompt, without a template.</summary>
    public bool RawCompletion { get; init; }

    /// <summary>Gets the template that the request brings, or <see langword="null"/>.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the family of tool calls and reasoning that the request names, or <see langword="null"/>.</summary>
    public string? ToolFormat { get; init; }

    /// <summary>Gets the variables for the template that were given when the model was loaded.</summary>
    public IReadOnlyDictionary<string, object?> ModelVariables { get; init; } = new Dictionary<string, object?>();

    /// <summary>Gets the variables for the template that the request brings; they win over all others.</summary>
    public IReadOnlyDictionary<string, object?> TemplateVariables { get; init; } = new Dictionary<string, object?>();

    /// <summary>Gets the tools.</summary>
    public RequestTools Tools { get; init; } = RequestTools.None;

    /// <summary>Gets what the text of the reply must be, or <see langword="null"/>.</summary>
    public RequestConstraint? Constraint { get; init; }

    /// <summary>Gets what is wished of the model's reasoning.</summary>
    public ReasoningRequest Reasoning { get; init; }

    /// <summary>Gets a value indicating whether what schemas say and cannot be enforced is left out.</summary>
    public bool LenientSchemas { get; init; }

    /// <summary>Gets how tokens are chosen; the seed is not set where <see cref="HasSeed"/> is <see langword="false"/>.</summary>
    public required SamplingSettings Sampling { get; init; }

    /// <summary>Gets a value indicating whether the caller gave a seed.</summary>
    public bool HasSeed { get; init; }

    /// <summary>Gets the most tokens to generate, or <see langword="null"/>.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Gets the texts that end the reply.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Gets a value indicating whether cached prefixes may be used.</summary>
    public bool UsePrefixCache { get; init; } = true;

    /// <summary>Gets how many alternatives are reported for every token; <see langword="null"/> for no log probabilities.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>Gets what happens when the conversation is too long.</summary>
    public OverflowPolicy OverflowPolicy { get; init; }

    /// <summary>Gets what is told about the progress of the prefill.</summary>
    public IProgress<PrefillProgress>? Progress { get; init; }
}
