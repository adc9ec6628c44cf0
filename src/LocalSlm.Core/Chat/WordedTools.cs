using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>Puts tools, calls and results into words, for templates that show none of them: tools go to the system text, calls and
/// results to ordinary messages.</summary>
internal static class WordedTools
{
    /// <summary>Rewrites a conversation.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="tools">The tools to be shown.</param>
    /// <param name="wording">The words of the model's family.</param>
    /// <param name="takesSystemText">Whether the template has a place for system text; otherwise the first user message tells of the
    /// tools.</param>
    /// <returns>Messages without calls and results.</returns>
    public static List<PromptMessage> Rewrite(
        IReadOnlyList<PromptMessage> messages,
        RequestTools tools,
        ToolWording wording,
        bool takesSystemText
    )
    {
        var rewritten = new List<PromptMessage>(messages.Count + 1);
        var isResult = false;
        foreach (var message in messages)
        {
            if (message.ToolCalls.Count > 0)
            {
                rewritten.Add(message with { Content = WithCalls(message, wording), ToolCalls = [] });
                isResult = false;
                continue;
            }

            var next = message;
            if (message.ToolCallId is not null)
            {
                next = new PromptMessage(
                    PromptMessage.User,
                    ToolWording.WriteResult(message.Name ?? "", message.Content)
                );
            }

            // Many templates insist on roles in turn: results in a row, and what the user says behind them, are one message.
            if (isResult && next.Role == PromptMessage.User)
            {
                rewritten[^1] = Join(rewritten[^1], next.Content);
            }
            else
            {
                rewritten.Add(next);
                isResult = message.ToolCallId is not null;
            }
        }

        if (tools.Any)
        {
            Tell(rewritten, wording.Describe(tools.Descriptions), takesSystemText);
        }

        return rewritten;
    }

    private static void Tell(List<PromptMessage> messages, string text, bool takesSystemText)
    {
        if (takesSystemText)
        {
            if (messages is [{ Role: PromptMessage.System } first, ..])
            {
                messages[0] = Join(first, text);
            }
            else
            {
                messages.Insert(0, new PromptMessage(PromptMessage.System, text));
            }

            return;
        }

        var user = messages.FindIndex(static message => message.Role == PromptMessage.User);
        if (user < 0)
        {
            messages.Insert(0, new PromptMessage(PromptMessage.User, text));
        }
        else
        {
            messages[user] = messages[user] with
            {
                Content = messages[user].Content.Length == 0 ? text : $"{text}\n\n{messages[user].Content}",
            };
        }
    }

    private static string WithCalls(PromptMessage message, ToolWording wording)
    {
        var calls = wording.WriteCalls([
            .. message.ToolCalls.Select(static call => new ParsedToolCall(
                call.Id,
                call.Name,
                ToolValues.JsonText(call.Arguments, call.Name)
            )),
        ]);
        return message.Content.Length == 0 ? calls : $"{message.Content}\n{calls}";
    }

    private static PromptMessage Join(PromptMessage message, string text) =>
        message with
        {
            Content = message.Content.Length == 0 ? text : $"{message.Content}\n\n{text}",
        };
}
