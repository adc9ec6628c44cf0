using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Matches the tool results of a history to their calls. Some families count ids from the start in every reply, so an id may
/// come again once its call has been answered.</summary>
internal sealed class CallLedger
{
    // By id: the name of the tool that was called, while there is no result.
    private readonly Dictionary<string, string> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    /// <summary>Takes in a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="index">The index of its message.</param>
    /// <returns>The call as templates know it.</returns>
    /// <exception cref="ArgumentException">Another call with this id waits for its result, or the id or the name is missing.</exception>
    public PromptToolCall Add(FunctionCallContent call, int index)
    {
        var place = $"messages[{index}], {nameof(FunctionCallContent)} '{call.CallId}'";
        ThrowIfMissing(call.CallId, nameof(call.CallId), index, nameof(FunctionCallContent));
        ThrowIfMissing(call.Name, nameof(call.Name), index, nameof(FunctionCallContent));
        TextGuard.ThrowIfNotUnicode(call.CallId, place);
        TextGuard.ThrowIfNotUnicode(call.Name, place);
        if (!_open.TryAdd(call.CallId, call.Name))
        {
            throw new ArgumentException(
                $"Message {index} calls '{call.Name}' with the id '{call.CallId}', but an earlier call with this id has no result yet. "
                    + "Give every call an id of its own."
            );
        }

        return new PromptToolCall(call.CallId, call.Name, ToolValues.ArgumentsOf(call, place));
    }

    /// <summary>Takes in a result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="index">The index of its message.</param>
    /// <returns>The result as a message of its own.</returns>
    /// <exception cref="ArgumentException">There is no call with its id, or that call has a result already.</exception>
    public PromptMessage Answer(FunctionResultContent result, int index)
    {
        ThrowIfMissing(result.CallId, nameof(result.CallId), index, nameof(FunctionResultContent));
        if (!_open.Remove(result.CallId, out var name))
        {
            throw new ArgumentException(
                $"Message {index} holds the result of call '{result.CallId}', but "
                    + (
                        _answered.Contains(result.CallId)
                            ? "that call has a result already."
                            : "no message before it makes that call. Keep calls and their results together when you shorten a history."
                    )
            );
        }

        _answered.Add(result.CallId);
        var text = ToolValues.TextOf(result, $"messages[{index}], {nameof(FunctionResultContent)} '{result.CallId}'");
        return new PromptMessage(PromptMessage.Tool, text, Name: name) { ToolCallId = result.CallId };
    }

    private static void ThrowIfMissing(string? value, string property, int index, string content)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new ArgumentException($"Message {index}: {content}.{property} is missing.");
        }
    }
}
