namespace LocalSlm.Chat;

/// <summary>The keys in <c>ChatOptions.AdditionalProperties</c> that the chat client understands. They are part of the public
/// contract: requests that come from JSON or from a cache use them by name.</summary>
internal static class RequestProperty
{
    public const string MinP = "min_p";
    public const string TypicalP = "typical_p";
    public const string RepetitionPenalty = "repetition_penalty";
    public const string PenaltyWindowTokens = "penalty_window_tokens";
    public const string LogitBias = "logit_bias";
    public const string DryMultiplier = "dry_multiplier";
    public const string DryBase = "dry_base";
    public const string DryAllowedLength = "dry_allowed_length";
    public const string UsePrefixCache = "use_prefix_cache";
    public const string TopLogProbabilities = "top_logprobs";
    public const string OverflowPolicy = "overflow_policy";
    public const string ChatTemplate = "chat_template";
    public const string ChatTemplateVariables = "chat_template_variables";
    public const string RawCompletion = "raw_completion";
    public const string Grammar = "grammar";
    public const string Pattern = "pattern";
    public const string Choices = "choices";
    public const string LenientSchemas = "lenient_schemas";
    public const string ToolFormat = "tool_format";
    public const string ReasoningBudgetTokens = "reasoning_budget_tokens";
    public const string PrefillProgress = "prefill_progress";
    public const string KeepAlive = "keep_alive";

    /// <summary>Every key, in the order of the documentation.</summary>
    public static readonly string[] All =
    [
        MinP,
        TypicalP,
        RepetitionPenalty,
        PenaltyWindowTokens,
        LogitBias,
        DryMultiplier,
        DryBase,
        DryAllowedLength,
        UsePrefixCache,
        TopLogProbabilities,
        OverflowPolicy,
        ChatTemplate,
        ChatTemplateVariables,
        RawCompletion,
        Grammar,
        Pattern,
        Choices,
        LenientSchemas,
        ToolFormat,
        ReasoningBudgetTokens,
        PrefillProgress,
        KeepAlive,
    ];
}
