using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Turns messages and options into a request in which everything is resolved. What cannot be honoured is refused by
/// name; nothing is dropped silently.</summary>
internal sealed class ChatRequestTranslator(
    string modelName,
    RecommendedSampling recommended,
    int vocabularySize,
    IReadOnlyDictionary<string, object?> modelVariables
)
{
    private const int MaxTopLogProbabilities = 20;

    private static readonly ChatOptions s_noOptions = new();

    /// <summary>Translates a request.</summary>
    /// <param name="client">The client that was called, for <see cref="ChatOptions.RawRepresentationFactory"/>.</param>
    /// <param name="messages">The history.</param>
    /// <param name="given">The options, or <see langword="null"/>.</param>
    /// <returns>The request.</returns>
    public ChatRequest Translate(IChatClient client, IEnumerable<ChatMessage> messages, ChatOptions? given)
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

        return new ChatRequest
        {
            Messages = prompt,
            ContinueFinalMessage = !raw && TakeOpenReply(prompt),
            RawCompletion = raw,
            Template = template,
            TemplateVariables = Variables(options),
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
        RefuseIf(options.Tools is { Count: > 0 }, nameof(options.Tools), "tools come with a later version");
        RefuseIf(
            options.ToolMode is not (null or NoneChatToolMode or AutoChatToolMode),
            nameof(options.ToolMode),
            "there are no tools to require"
        );
        RefuseIf(
            options.ResponseFormat is not (null or ChatResponseFormatText),
            nameof(options.ResponseFormat),
            "text is the only format in this version"
        );
        RefuseIf(
            options.Reasoning?.Effort is not (null or ReasoningEffort.None),
            $"{nameof(options.Reasoning)}.{nameof(ReasoningOptions.Effort)}",
            "only None is supported in this version"
        );
        RefuseIf(
            options.Reasoning?.Output is { } output
                && !(output == ReasoningOutput.None && options.Reasoning.Effort == ReasoningEffort.None),
            $"{nameof(options.Reasoning)}.{nameof(ReasoningOptions.Output)}",
            "reasoning is part of the text in this version"
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

    private Dictionary<string, object?> Variables(ChatOptions options)
    {
        var variables = new Dictionary<string, object?>(modelVariables);
        if (options.Reasoning?.Effort == ReasoningEffort.None)
        {
            // The switch that templates of reasoning models share (Qwen3, SmolLM3, GLM, DeepSeek V3.1 through "thinking").
            variables["enable_thinking"] = false;
            variables["thinking"] = false;
        }

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
