using System.Text;
using LocalSlm.Scheduling;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Makes the updates of one reply, or the whole reply, from what the engine gives. For one reader.</summary>
internal sealed class ResponseAssembler(string modelId, DateTimeOffset createdAt, PreparedPrompt prompt, ReplyPlan plan)
{
    private readonly ReplyReader _reader = new(plan);
    private readonly string _responseId = $"resp-{Guid.NewGuid():N}";
    private readonly string _messageId = $"msg-{Guid.NewGuid():N}";
    private readonly StringBuilder _text = new();
    private readonly List<AIContent> _contents = [];
    private List<TokenLogProbabilities>? _logProbabilities;

    /// <summary>Gets what the model wrote so far, markup included where it is read.</summary>
    public string Text => _text.ToString();

    /// <summary>Makes an update.</summary>
    /// <param name="piece">What the engine gave.</param>
    /// <param name="usage">What the reply took; read on the last update alone.</param>
    /// <returns>The update; <see langword="null"/> if there is nothing to tell yet.</returns>
    public ChatResponseUpdate? MakeUpdate(in GenerationUpdate piece, GenerationUsage? usage)
    {
        var contents = new List<AIContent>(1);
        _text.Append(piece.Text);
        _reader.Read(in piece, contents);
        if (
            plan.Family is not null
            && contents.Count == 0
            && piece is { Finish: GenerationFinish.None, LogProbabilities: null }
        )
        {
            return null;
        }

        var update = new ChatResponseUpdate(ChatRole.Assistant, contents)
        {
            ResponseId = _responseId,
            MessageId = _messageId,
            ModelId = modelId,
            CreatedAt = createdAt,
        };
        if (piece.LogProbabilities is { } logProbabilities)
        {
            update.AdditionalProperties = new() { [ResponseProperty.LogProbabilities] = new[] { logProbabilities } };
        }

        if (piece.Finish != GenerationFinish.None && usage is not null)
        {
            contents.Add(new UsageContent(MakeUsage(usage)));
            update.FinishReason = MakeReason(piece.Finish);
            update.AdditionalProperties = AddReport(update.AdditionalProperties, usage);
        }

        return update;
    }

    /// <summary>Takes in a piece of a reply that is wanted as a whole.</summary>
    /// <param name="piece">What the engine gave.</param>
    public void Collect(in GenerationUpdate piece)
    {
        _text.Append(piece.Text);
        if (plan.Family is not null)
        {
            _reader.Read(in piece, _contents);
        }

        if (piece.LogProbabilities is { } logProbabilities)
        {
            (_logProbabilities ??= []).Add(logProbabilities);
        }
    }

    /// <summary>Makes the whole reply.</summary>
    /// <param name="finish">Why it ended.</param>
    /// <param name="usage">What it took.</param>
    /// <returns>The reply: one message, in which no two texts stand side by side.</returns>
    public ChatResponse MakeResponse(GenerationFinish finish, GenerationUsage usage)
    {
        var contents =
            plan.Family is not null ? Join(_contents)
            : _text.Length > 0 ? [new TextContent(Text)]
            : [];
        AdditionalPropertiesDictionary? additional = null;
        if (_logProbabilities is not null)
        {
            additional = new() { [ResponseProperty.LogProbabilities] = _logProbabilities };
        }

        // A collected stream has these on the message, not on the response; so has this.
        var message = new ChatMessage(ChatRole.Assistant, contents)
        {
            MessageId = _messageId,
            CreatedAt = createdAt,
            AdditionalProperties = AddReport(additional, usage),
        };
        return new ChatResponse(message)
        {
            ResponseId = _responseId,
            ModelId = modelId,
            CreatedAt = createdAt,
            FinishReason = MakeReason(finish),
            Usage = MakeUsage(usage),
        };
    }

    /// <summary>Joins neighbours of one kind, as collecting a stream does.</summary>
    private static List<AIContent> Join(List<AIContent> pieces)
    {
        var joined = new List<AIContent>();
        var text = new StringBuilder();
        for (var index = 0; index < pieces.Count; index++)
        {
            var isReasoning = pieces[index] is TextReasoningContent;
            if (!isReasoning && pieces[index] is not TextContent)
            {
                joined.Add(pieces[index]);
                continue;
            }

            text.Append(pieces[index]);
            if (index + 1 == pieces.Count || pieces[index + 1].GetType() != pieces[index].GetType())
            {
                joined.Add(isReasoning ? new TextReasoningContent(text.ToString()) : new TextContent(text.ToString()));
                text.Clear();
            }
        }

        return joined;
    }

    private ChatFinishReason MakeReason(GenerationFinish finish) =>
        finish == GenerationFinish.Length ? ChatFinishReason.Length
        : _reader.HasCalls ? ChatFinishReason.ToolCalls
        : ChatFinishReason.Stop;

    private UsageDetails MakeUsage(GenerationUsage usage) =>
        new()
        {
            InputTokenCount = usage.PromptTokens,
            OutputTokenCount = usage.OutputTokens,
            TotalTokenCount = (long)usage.PromptTokens + usage.OutputTokens,
            CachedInputTokenCount = usage.CachedTokens,
            ReasoningTokenCount = _reader.ReasoningTokens,
        };

    private AdditionalPropertiesDictionary? AddReport(AdditionalPropertiesDictionary? properties, GenerationUsage usage)
    {
        if (prompt.DroppedTurns > 0)
        {
            properties ??= [];
            properties[ResponseProperty.DroppedTurns] = prompt.DroppedTurns;
            properties[ResponseProperty.DroppedMessages] = prompt.DroppedMessages;
        }

        if (plan.Downgrades.Count > 0)
        {
            properties ??= [];
            properties[ResponseProperty.SchemaDowngrades] = new List<string>(plan.Downgrades);
        }

        if (usage.SlidTokens > 0)
        {
            properties ??= [];
            properties[ResponseProperty.SlidTokens] = usage.SlidTokens;
        }

        return properties;
    }
}
