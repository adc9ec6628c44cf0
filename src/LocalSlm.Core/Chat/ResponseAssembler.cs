using System.Text;
using LocalSlm.Scheduling;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Makes the updates of one reply, or the whole reply, from what the engine gives. For one reader.</summary>
internal sealed class ResponseAssembler(string modelId, DateTimeOffset createdAt, PreparedPrompt prompt)
{
    private readonly string _responseId = $"resp-{Guid.NewGuid():N}";
    private readonly string _messageId = $"msg-{Guid.NewGuid():N}";
    private readonly StringBuilder _text = new();
    private List<TokenLogProbabilities>? _logProbabilities;

    /// <summary>Gets the reply's text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Makes an update.</summary>
    /// <param name="piece">What the engine gave.</param>
    /// <param name="usage">What the reply took; read on the last update alone.</param>
    /// <returns>The update.</returns>
    public ChatResponseUpdate MakeUpdate(in GenerationUpdate piece, GenerationUsage? usage)
    {
        var contents = new List<AIContent>(1);
        if (piece.Text.Length > 0)
        {
            contents.Add(new TextContent(piece.Text));
            _text.Append(piece.Text);
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
        if (piece.LogProbabilities is { } logProbabilities)
        {
            (_logProbabilities ??= []).Add(logProbabilities);
        }
    }

    /// <summary>Makes the whole reply.</summary>
    /// <param name="finish">Why it ended.</param>
    /// <param name="usage">What it took.</param>
    /// <returns>The reply: one message with at most one text.</returns>
    public ChatResponse MakeResponse(GenerationFinish finish, GenerationUsage usage)
    {
        var contents = new List<AIContent>(1);
        if (_text.Length > 0)
        {
            contents.Add(new TextContent(Text));
        }

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

    private static ChatFinishReason MakeReason(GenerationFinish finish) =>
        finish == GenerationFinish.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails MakeUsage(GenerationUsage usage) =>
        new()
        {
            InputTokenCount = usage.PromptTokens,
            OutputTokenCount = usage.OutputTokens,
            TotalTokenCount = (long)usage.PromptTokens + usage.OutputTokens,
            CachedInputTokenCount = usage.CachedTokens,
        };

    private AdditionalPropertiesDictionary? AddReport(AdditionalPropertiesDictionary? properties, GenerationUsage usage)
    {
        if (prompt.DroppedTurns > 0)
        {
            properties ??= [];
            properties[ResponseProperty.DroppedTurns] = prompt.DroppedTurns;
            properties[ResponseProperty.DroppedMessages] = prompt.DroppedMessages;
        }

        if (usage.SlidTokens > 0)
        {
            properties ??= [];
            properties[ResponseProperty.SlidTokens] = usage.SlidTokens;
        }

        return properties;
    }
}
