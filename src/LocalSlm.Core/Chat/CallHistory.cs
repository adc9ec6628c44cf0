namespace LocalSlm.Chat;

/// <summary>Fits earlier calls and results to what a template takes.</summary>
internal static class CallHistory
{
    /// <summary>Fits them.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="idLength">The letters of ids that the family insists on, or <see langword="null"/>.</param>
    /// <param name="takesSeveralCalls">Whether the template takes several calls in one message; otherwise each gets a message, with its
    /// result behind it.</param>
    public static List<PromptMessage> Adapt(
        IReadOnlyList<PromptMessage> messages,
        int? idLength,
        bool takesSeveralCalls
    )
    {
        var adapted = new List<PromptMessage>(messages.Count);
        for (var index = 0; index < messages.Count; index++)
        {
            var message = messages[index];
            if (message.ToolCalls.Count < 2 || takesSeveralCalls)
            {
                adapted.Add(Fit(message, idLength));
                continue;
            }

            var results = new List<PromptMessage>();
            while (index + 1 < messages.Count && messages[index + 1].ToolCallId is not null)
            {
                results.Add(messages[++index]);
            }

            for (var call = 0; call < message.ToolCalls.Count; call++)
            {
                var id = message.ToolCalls[call].Id;
                var alone = call == 0 ? message : new PromptMessage(PromptMessage.Assistant, "");
                adapted.Add(Fit(alone with { ToolCalls = [message.ToolCalls[call]] }, idLength));
                adapted.AddRange(
                    results.Where(result => result.ToolCallId == id).Select(result => Fit(result, idLength))
                );
            }

            // Results of calls in other messages.
            adapted.AddRange(
                results
                    .Where(result => message.ToolCalls.All(call => call.Id != result.ToolCallId))
                    .Select(result => Fit(result, idLength))
            );
        }

        return adapted;
    }

    private static PromptMessage Fit(PromptMessage message, int? idLength) =>
        idLength is null || (message.ToolCalls.Count == 0 && message.ToolCallId is null)
            ? message
            : message with
            {
                ToolCalls = [.. message.ToolCalls.Select(call => call with { Id = CallIds.Fit(call.Id, idLength) })],
                ToolCallId = message.ToolCallId is { } id ? CallIds.Fit(id, idLength) : null,
            };
}
