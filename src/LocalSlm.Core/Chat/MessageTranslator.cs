using System.Text;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Turns messages into what templates know. Every kind of content is honoured, or refused by name.</summary>
internal static class MessageTranslator
{
    /// <summary>Translates a history.</summary>
    /// <param name="messages">The history.</param>
    /// <param name="instructions">Text that goes before everything else as system text, or <see langword="null"/>.</param>
    /// <returns>The messages.</returns>
    public static List<PromptMessage> Translate(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var translated = new List<PromptMessage>();
        var calls = new CallLedger();
        var index = 0;
        foreach (var message in messages)
        {
            ArgumentNullException.ThrowIfNull(message, nameof(messages));
            Translate(message, index, calls, translated);
            index++;
        }

        if (string.IsNullOrWhiteSpace(instructions))
        {
            return translated;
        }

        TextGuard.ThrowIfNotUnicode(instructions, nameof(ChatOptions.Instructions));
        if (translated is [{ Role: PromptMessage.System } first, ..])
        {
            // One system message, since many templates take no second one.
            var text = first.Content.Length == 0 ? instructions : $"{instructions}\n\n{first.Content}";
            translated[0] = first with { Content = text };
        }
        else
        {
            translated.Insert(0, new PromptMessage(PromptMessage.System, instructions));
        }

        return translated;
    }

    /// <summary>Appends a message; for a message with several results, one for each of them.</summary>
    private static void Translate(ChatMessage message, int index, CallLedger calls, List<PromptMessage> translated)
    {
        var role = TranslateRole(message.Role, index);
        string? text = null;
        string? reasoning = null;
        StringBuilder? longer = null;
        List<PromptToolCall>? made = null;
        List<PromptMessage>? results = null;
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    Append(ref text, ref longer, part.Text);
                    break;
                case TextReasoningContent part:
                    reasoning += TranslateReasoning(part, role, index);
                    break;
                case FunctionCallContent call:
                    RefuseIfNotOf(PromptMessage.Assistant, call, role, index);
                    (made ??= []).Add(calls.Add(call, index));
                    break;
                case FunctionResultContent result:
                    RefuseIfNotOf(PromptMessage.Tool, result, role, index);
                    (results ??= []).Add(calls.Answer(result, index));
                    break;
                case UsageContent:
                    // Counts of an earlier reply; a model has no use for them.
                    break;
                case null:
                    throw new ArgumentException($"Message {index} holds a content that is null.", nameof(message));
                default:
                    throw Refuse(content, role, index);
            }
        }

        text = longer?.ToString() ?? text ?? "";
        TextGuard.ThrowIfNotUnicode(text, $"messages[{index}]");
        TextGuard.ThrowIfNotUnicode(reasoning, $"messages[{index}]");
        TextGuard.ThrowIfNotUnicode(message.AuthorName, $"messages[{index}].AuthorName");
        if (results is null || text.Length > 0)
        {
            translated.Add(new PromptMessage(role, text, reasoning, message.AuthorName) { ToolCalls = made ?? [] });
        }

        translated.AddRange(results ?? []);
    }

    private static void Append(ref string? text, ref StringBuilder? longer, string part)
    {
        if (text is null)
        {
            text = part;
        }
        else
        {
            (longer ??= new StringBuilder(text)).Append(part);
        }
    }

    private static string TranslateRole(ChatRole role, int index) =>
        // ChatRole compares without regard to case.
        role == ChatRole.User
            ? PromptMessage.User
        : role == ChatRole.Assistant ? PromptMessage.Assistant
        : role == ChatRole.System ? PromptMessage.System
        : role == ChatRole.Tool ? PromptMessage.Tool
        : throw new NotSupportedException(
            $"Message {index} has the role '{role.Value}'. Roles are system, user, assistant and tool."
        );

    private static string TranslateReasoning(TextReasoningContent content, string role, int index)
    {
        RefuseIfNotOf(PromptMessage.Assistant, content, role, index);
        if (!string.IsNullOrEmpty(content.ProtectedData))
        {
            throw new NotSupportedException(
                $"Message {index}: {nameof(TextReasoningContent)}.{nameof(content.ProtectedData)} is another service's "
                    + "secret and cannot be read. Remove it from the history."
            );
        }

        return content.Text;
    }

    private static void RefuseIfNotOf(string wanted, AIContent content, string role, int index)
    {
        if (role != wanted)
        {
            throw new NotSupportedException(
                $"Message {index} ({role}): {content.GetType().Name} is supported in {wanted} messages alone."
            );
        }
    }

    private static NotSupportedException Refuse(AIContent content, string role, int index)
    {
        var remedy = content switch
        {
            DataContent or UriContent => "Images, audio and files are not supported; send text.",
            InputRequestContent or InputResponseContent =>
                "Approvals are for the middleware: call UseFunctionInvocation, which takes them out of the history.",
            ToolCallContent or ToolResultContent =>
                "Tools of a hosting service are not supported; only functions are called.",
            ErrorContent => "Leave failed replies out of the history.",
            HostedFileContent or HostedVectorStoreContent => "There is no hosting service; send the text itself.",
            _ => "Send text.",
        };
        return new NotSupportedException($"Message {index} ({role}) holds {content.GetType().Name}. {remedy}");
    }
}
