using LocalSlm.Models;
using LocalSlm.Tools;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Turns messages and options into a request in which everything is resolved. What cannot be honoured is refused by
/// name; nothing is dropped silently.</summary>
internal sealed class ChatRequestTranslator(
    string modelName,
    RecommendedSampling recommended,
    int vocabularySize,
    IReadOnlyDictionary<string, object?> modelVariables,
    ConstraintTranslator constraints
)
{
    private const int MaxTopLogProbabilities = 20;

    private static readonly ChatOptions s_noOptions = new();

    /// <summary>Translates a request.</summary>
    /// <param name="client">The client that was called, for <see cref="ChatOptions.RawRepresentationFactory"/>.</param>
    /// <param name="messages">The history.</param>
    /// <param name="given">The options, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The request.</returns>
    public ChatRequest Translate(
        IChatClient client,
        IEnumerable<ChatMessage> messages,
        ChatOptions? given,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        var options = given ?? s_noOptions;
        RefuseUnsupported(client, options);
        var prompt = MessageTranslator.Translate(messages, options.Instructions);
        if (prompt.Count == 0)
        {
            throw new ArgumentException("There are no messages. Send at least one.", nameof(messages));
        }

        var raw = options.RawCompletion ?? false;
        var template = options.ChatTemplate;
        if (raw && template is not null)
        {
            throw new ArgumentException(
                "RawCompletion takes no chat template, but ChatTemplate is set. Set one of the two.",
                nameof(given)
            );
        }

        var tools = ToolTranslator.Translate(options);
        if (raw && (tools.Any || tools.Forbidden.Count > 0))
        {
            throw new NotSupportedException(
                "ChatOptions.Tools is not supported with RawCompletion: without a chat template the model is not told of tools."
            );
        }

        if (raw && prompt.Exists(static message => message.ToolCalls.Count > 0 || message.ToolCallId is not null))
        {
            throw new NotSupportedException(
                "The history holds tool calls or results, which only a chat template can render. Leave them out with RawCompletion."
            );
        }

        var reasoning = Reasoning(options);
        if (raw && (reasoning.Effort is not null || reasoning.BudgetTokens is not null))
        {
            throw new NotSupportedException(
                "ChatOptions.Reasoning is not supported with RawCompletion: what is thinking is not told apart there."
            );
        }

        var isLenient = options.LenientSchemas ?? false;
        return new ChatRequest
        {
            Messages = prompt,
            ContinueFinalMessage = !raw && TakeOpenReply(prompt),
            RawCompletion = raw,
            Template = template,
            ToolFormat = ToolFormatOf(options),
            ModelVariables = modelVariables,
            TemplateVariables = Variables(options),
            Tools = tools,
            Constraint = constraints.Translate(options, isLenient, cancellationToken),
            Reasoning = reasoning,
            LenientSchemas = isLenient,
            Sampling = SamplingTranslator.Translate(options, recommended, vocabularySize),
            HasSeed = options.Seed is not null,
            MaxOutputTokens = MaxOutputTokens(options),
            StopSequences = StopSequences(options),
            UsePrefixCache = options.UsePrefixCache ?? true,
            TopLogProbabilities = TopLogProbabilities(options),
            OverflowPolicy = options.OverflowPolicy ?? OverflowPolicy.Error,
            Progress = options.PrefillProgress,
        };
    }

    private void RefuseUnsupported(IChatClient client, ChatOptions options)
    {
        if (options.ModelId is { } model && model != modelName)
        {
            throw new ModelNotFoundException(
                model,
                $"this client serves '{modelName}' alone. Leave ChatOptions.ModelId out, or ask the client of that model."
            );
        }

        RefuseIf(options.ConversationId is not null, nameof(options.ConversationId), "send the whole history");
        RefuseIf(
            options.Reasoning?.Output is ReasoningOutput.Summary,
            $"{nameof(options.Reasoning)}.{nameof(ReasoningOptions.Output)}",
            "reasoning is not summarised; choose Full or None"
        );
        RefuseIf(
            options.AllowBackgroundResponses is true,
            nameof(options.AllowBackgroundResponses),
            "replies live as long as their reader"
        );
        RefuseIf(
            options.ContinuationToken is not null,
            nameof(options.ContinuationToken),
            "nothing runs in the background"
        );
        if (options.RawRepresentationFactory?.Invoke(client) is { } representation)
        {
            throw new NotSupportedException(
                $"ChatOptions.RawRepresentationFactory gave a {representation.GetType().Name}, but LocalSlm has no options of "
                    + "its own kind. Return null for this client; its further options are the properties of LocalChatOptions."
            );
        }

        if (options.KeepAlive is not null)
        {
            throw new NotSupportedException(KeepAliveValue.NotManaged("ChatOptions", "client"));
        }

        foreach (var key in options.AdditionalProperties?.Keys ?? Enumerable.Empty<string>())
        {
            if (!RequestProperty.All.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                throw new NotSupportedException(
                    $"ChatOptions.AdditionalProperties[\"{key}\"] is unknown. Known are: {string.Join(", ", RequestProperty.All)}."
                );
            }
        }
    }

    private static void RefuseIf(bool refused, string option, string reason)
    {
        if (refused)
        {
            throw new NotSupportedException($"ChatOptions.{option} is not supported: {reason}.");
        }
    }

    /// <summary>Tells whether the last message is a reply to be continued. An empty one is the same as none.</summary>
    private static bool TakeOpenReply(List<PromptMessage> prompt)
    {
        if (prompt[^1] is not { Role: PromptMessage.Assistant } last)
        {
            return false;
        }

        if (last.ToolCalls.Count > 0)
        {
            return false;
        }

        if (last.Content.Length > 0)
        {
            return true;
        }

        if (prompt.Count > 1 && string.IsNullOrEmpty(last.Reasoning))
        {
            prompt.RemoveAt(prompt.Count - 1);
        }

        return false;
    }

    private static Dictionary<string, object?> Variables(ChatOptions options)
    {
        var variables = new Dictionary<string, object?>();
        foreach (var (name, value) in options.ChatTemplateVariables ?? new Dictionary<string, object?>())
        {
            if (ReservedVariables.Contains(name))
            {
                throw new ArgumentException(
                    $"The template variable '{name}' is made from the request itself and cannot be given.",
                    nameof(options)
                );
            }

            variables[name] = value;
        }

        return variables;
    }

    private static ReasoningRequest Reasoning(ChatOptions options)
    {
        if (options.ReasoningBudgetTokens is { } tokens and < 0)
        {
            throw OptionError.OutOfRange(
                "ReasoningBudgetTokens",
                tokens,
                "ReasoningBudgetTokens must be 0 (no thinking) or more."
            );
        }

        return new ReasoningRequest(
            options.Reasoning?.Effort,
            options.ReasoningBudgetTokens,
            options.Reasoning?.Output == ReasoningOutput.None
        );
    }

    private static string? ToolFormatOf(ChatOptions options) =>
        options.ToolFormat is { } name
            ? ToolFormats.Find(name)?.Name
                ?? throw OptionError.Invalid(nameof(ChatRequest.ToolFormat), OptionError.UnknownToolFormat(name))
            : null;

    private static int? MaxOutputTokens(ChatOptions options)
    {
        if (options.MaxOutputTokens is { } tokens and < 1)
        {
            throw OptionError.OutOfRange(
                nameof(options.MaxOutputTokens),
                tokens,
                "MaxOutputTokens must be 1 or more. Leave it out for as many as the context holds."
            );
        }

        return options.MaxOutputTokens;
    }

    private static string[] StopSequences(ChatOptions options)
    {
        if (options.StopSequences is not { Count: > 0 } given)
        {
            return [];
        }

        string[] stops = [.. given];
        foreach (var stop in stops)
        {
            if (string.IsNullOrEmpty(stop))
            {
                throw OptionError.Invalid(
                    nameof(options.StopSequences),
                    "A stop sequence is empty; it would end every reply at once. Remove it."
                );
            }

            TextGuard.ThrowIfNotUnicode(stop, nameof(options.StopSequences));
        }

        return stops;
    }

    private static int? TopLogProbabilities(ChatOptions options)
    {
        if (options.TopLogProbabilities is { } count and (< 0 or > MaxTopLogProbabilities))
        {
            throw OptionError.OutOfRange(
                nameof(ChatRequest.TopLogProbabilities),
                count,
                $"TopLogProbabilities must be 0 to {MaxTopLogProbabilities}."
            );
        }

        return options.TopLogProbabilities;
    }
}
