using System.Diagnostics.CodeAnalysis;
using LocalSlm.Chat;
using LocalSlm.Models;
using Microsoft.Extensions.AI;

namespace LocalSlm;

/// <summary>What a request to LocalSlm can say beyond <see cref="ChatOptions"/>, as properties of it.</summary>
/// <remarks>
/// Every value is kept in <see cref="ChatOptions.AdditionalProperties"/>, under the name given at the property, as a plain JSON
/// value: caching middleware sees it, and a request that was read from JSON works as well. Setting <see langword="null"/>
/// removes it. Values are checked when the request is made; keys that LocalSlm does not know are refused.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1034:Nested types should not be visible",
    Justification = "The analyzer takes an extension block for a nested type."
)]
public static class LocalChatOptions
{
    extension(ChatOptions options)
    {
        /// <summary>Gets or sets the least probability of a token, relative to the likeliest one (<c>min_p</c>).</summary>
        /// <value>0 (off) to 1; default: the model's recommendation, else 0.05.</value>
        public float? MinP
        {
            get => RequestPropertyReader.Single(options, RequestProperty.MinP);
            set => RequestPropertyReader.Set(options, RequestProperty.MinP, value);
        }

        /// <summary>Gets or sets the probability mass of the tokens of typical information content (<c>typical_p</c>).</summary>
        /// <value>More than 0, up to 1 (off, the default).</value>
        public float? TypicalP
        {
            get => RequestPropertyReader.Single(options, RequestProperty.TypicalP);
            set => RequestPropertyReader.Set(options, RequestProperty.TypicalP, value);
        }

        /// <summary>Gets or sets the factor by which tokens of the penalty window are made less likely
        /// (<c>repetition_penalty</c>).</summary>
        /// <value>More than 0; 1 is off; default: the model's recommendation, else 1.</value>
        public float? RepetitionPenalty
        {
            get => RequestPropertyReader.Single(options, RequestProperty.RepetitionPenalty);
            set => RequestPropertyReader.Set(options, RequestProperty.RepetitionPenalty, value);
        }

        /// <summary>Gets or sets how many recent tokens, prompt included, the repetition, frequency and presence penalties look
        /// at (<c>penalty_window_tokens</c>).</summary>
        /// <value>0 (none) or more tokens; default: the model's recommendation, else 64.</value>
        public int? PenaltyWindowTokens
        {
            get => RequestPropertyReader.Int32(options, RequestProperty.PenaltyWindowTokens);
            set => RequestPropertyReader.Set(options, RequestProperty.PenaltyWindowTokens, value);
        }

        /// <summary>Gets or sets what is added to the logits of single tokens (<c>logit_bias</c>).</summary>
        /// <value>By token id; negative infinity forbids a token. Default: nothing is added.</value>
        public IReadOnlyDictionary<int, float>? LogitBias
        {
            get => RequestPropertyReader.LogitBias(options);
            set => RequestPropertyReader.SetLogitBias(options, value);
        }

        /// <summary>Gets or sets the strength of the DRY penalty against repeated runs of tokens (<c>dry_multiplier</c>).</summary>
        /// <value>0 (off, the default) or more; 0.8 is usual.</value>
        public float? DryMultiplier
        {
            get => RequestPropertyReader.Single(options, RequestProperty.DryMultiplier);
            set => RequestPropertyReader.Set(options, RequestProperty.DryMultiplier, value);
        }

        /// <summary>Gets or sets how fast the DRY penalty grows with the length of the run (<c>dry_base</c>).</summary>
        /// <value>1 or more; default 1.75.</value>
        public float? DryBase
        {
            get => RequestPropertyReader.Single(options, RequestProperty.DryBase);
            set => RequestPropertyReader.Set(options, RequestProperty.DryBase, value);
        }

        /// <summary>Gets or sets the longest repeated run that DRY leaves alone (<c>dry_allowed_length</c>).</summary>
        /// <value>0 or more tokens; default 2.</value>
        public int? DryAllowedLength
        {
            get => RequestPropertyReader.Int32(options, RequestProperty.DryAllowedLength);
            set => RequestPropertyReader.Set(options, RequestProperty.DryAllowedLength, value);
        }

        /// <summary>Gets or sets whether tokens computed for earlier requests may be reused (<c>use_prefix_cache</c>).</summary>
        /// <value>Default <see langword="true"/>. With <see langword="false"/> the same seed and prompt give the same text
        /// whatever was asked before, for the price of computing the whole prompt again, as far as the runtime's arithmetic repeats:
        /// on llama.cpp the place of a long prompt in shared KV memory moves log probabilities by some hundredths.</value>
        public bool? UsePrefixCache
        {
            get => RequestPropertyReader.Boolean(options, RequestProperty.UsePrefixCache);
            set => RequestPropertyReader.Set(options, RequestProperty.UsePrefixCache, value);
        }

        /// <summary>Gets or sets how many alternatives to report for every generated token (<c>top_logprobs</c>).</summary>
        /// <value>0 to 20; 0 reports the chosen token alone. Default: no log probabilities. Read them with
        /// <see cref="LocalChatResponse"/>.</value>
        public int? TopLogProbabilities
        {
            get => RequestPropertyReader.Int32(options, RequestProperty.TopLogProbabilities);
            set => RequestPropertyReader.Set(options, RequestProperty.TopLogProbabilities, value);
        }

        /// <summary>Gets or sets what happens when the conversation is longer than the context (<c>overflow_policy</c>:
        /// <c>error</c>, <c>drop_oldest_turns</c>, <c>slide_window</c>).</summary>
        /// <value>Default <see cref="OverflowPolicy.Error"/>.</value>
        public OverflowPolicy? OverflowPolicy
        {
            get => RequestPropertyReader.Policy(options);
            set => RequestPropertyReader.SetPolicy(options, value);
        }

        /// <summary>Gets or sets another chat template, in Jinja, for this request (<c>chat_template</c>).</summary>
        /// <value>Default: the one the model was loaded with.</value>
        public string? ChatTemplate
        {
            get => RequestPropertyReader.Text(options, RequestProperty.ChatTemplate);
            set => RequestPropertyReader.Set(options, RequestProperty.ChatTemplate, value);
        }

        /// <summary>Gets or sets variables for the chat template, such as <c>enable_thinking</c>
        /// (<c>chat_template_variables</c>). They win over those given when the model was loaded.</summary>
        /// <value>JSON-like values: text, numbers, booleans, lists, dictionaries. Default: none.</value>
        public IReadOnlyDictionary<string, object?>? ChatTemplateVariables
        {
            get => RequestPropertyReader.Map(options, RequestProperty.ChatTemplateVariables);
            set => RequestPropertyReader.SetMap(options, RequestProperty.ChatTemplateVariables, value);
        }

        /// <summary>Gets or sets whether the text of the messages, put together, is the prompt, without a chat template
        /// (<c>raw_completion</c>). Names of special tokens in it stay text.</summary>
        /// <value>Default <see langword="false"/>.</value>
        public bool? RawCompletion
        {
            get => RequestPropertyReader.Boolean(options, RequestProperty.RawCompletion);
            set => RequestPropertyReader.Set(options, RequestProperty.RawCompletion, value);
        }

        /// <summary>Gets or sets a grammar that the whole reply must follow, in GBNF, the notation of llama.cpp (<c>grammar</c>).</summary>
        /// <value>A grammar whose start is the rule <c>root</c>. Default: none. At most one of <c>Grammar</c>, <c>Pattern</c>,
        /// <c>Choices</c> and a JSON <see cref="ChatOptions.ResponseFormat"/> may be set.</value>
        public string? Grammar
        {
            get => RequestPropertyReader.Text(options, RequestProperty.Grammar);
            set => RequestPropertyReader.Set(options, RequestProperty.Grammar, value);
        }

        /// <summary>Gets or sets a regular expression that the whole reply must match (<c>pattern</c>).</summary>
        /// <value>A pattern of ECMA-262 without back references. It need not say <c>^</c> and <c>$</c>: nothing may stand before or
        /// behind the match. Default: none.</value>
        public string? Pattern
        {
            get => RequestPropertyReader.Text(options, RequestProperty.Pattern);
            set => RequestPropertyReader.Set(options, RequestProperty.Pattern, value);
        }

        /// <summary>Gets or sets the texts of which the reply must be one (<c>choices</c>).</summary>
        /// <value>At least one, none empty. Default: none.</value>
        public IReadOnlyList<string>? Choices
        {
            get => RequestPropertyReader.Texts(options, RequestProperty.Choices);
            set => RequestPropertyReader.SetTexts(options, RequestProperty.Choices, value);
        }

        /// <summary>Gets or sets whether what a JSON Schema says and generation cannot enforce is left out, rather than refused
        /// (<c>lenient_schemas</c>). What was left out is in <see cref="LocalChatResponse"/> and in the log.</summary>
        /// <value>Default <see langword="false"/>.</value>
        public bool? LenientSchemas
        {
            get => RequestPropertyReader.Boolean(options, RequestProperty.LenientSchemas);
            set => RequestPropertyReader.Set(options, RequestProperty.LenientSchemas, value);
        }

        /// <summary>Gets or sets the form in which the model writes tool calls and reasoning (<c>tool_format</c>), such as
        /// <c>hermes</c>; <c>docs/guide/tools.md</c> lists the names.</summary>
        /// <value>Default: that of <see cref="ModelLoadOptions.ToolFormat"/>, else told by the chat template.</value>
        public string? ToolFormat
        {
            get => RequestPropertyReader.Text(options, RequestProperty.ToolFormat);
            set => RequestPropertyReader.Set(options, RequestProperty.ToolFormat, value);
        }

        /// <summary>Gets or sets the most tokens that the model may think (<c>reasoning_budget_tokens</c>). Then its thinking is closed,
        /// and it answers.</summary>
        /// <value>0 (no thinking) or more tokens. Default: by <see cref="ReasoningOptions.Effort"/>, see
        /// <c>docs/guide/reasoning.md</c>.</value>
        public int? ReasoningBudgetTokens
        {
            get => RequestPropertyReader.Int32(options, RequestProperty.ReasoningBudgetTokens);
            set => RequestPropertyReader.Set(options, RequestProperty.ReasoningBudgetTokens, value);
        }

        /// <summary>Gets or sets what is told about the progress of the prompt's computation (<c>prefill_progress</c>). It is
        /// called on the model's own thread and must return at once.</summary>
        /// <value>Default: nobody. The observer itself is never serialised.</value>
        public IProgress<PrefillProgress>? PrefillProgress
        {
            get => PrefillProgressObservers.Find(options);
            set => PrefillProgressObservers.Set(options, value);
        }

        /// <summary>Gets or sets how long the model stays loaded after this request, and after later ones that do not say
        /// (<c>keep_alive</c>: seconds as a number, or text such as <c>10m</c> or <c>1h30m</c>; below 0 for ever). Honoured by the clients
        /// of a host, which unloads models; refused by a client that holds its model itself.</summary>
        /// <value><see cref="TimeSpan.Zero"/>: it is unloaded at once, if no other request uses it;
        /// <see cref="Timeout.InfiniteTimeSpan"/>: it stays. Default: as it was configured, or as an earlier request said.</value>
        /// <exception cref="ArgumentOutOfRangeException">Negative, but not infinite.</exception>
        public TimeSpan? KeepAlive
        {
            get => RequestPropertyReader.KeepAlive(options);
            set => RequestPropertyReader.Set(options, RequestProperty.KeepAlive, KeepAliveValue.Write(value));
        }
    }
}
