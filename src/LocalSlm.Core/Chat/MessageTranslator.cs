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
        foreach (var message in messages)
        {
            ArgumentNullException.ThrowIfNull(message, nameof(messages));
            translated.Add(Translate(message, translated.Count));
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

    private static PromptMessage Translate(ChatMessage message, int index)
    {
        var role = TranslateRole(message.Role, index);
        string? text = null;
        string? reasoning = null;
        StringBuilder? longer = null;
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
        return new PromptMessage(role, text, reasoning, message.AuthorName);
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
        if (role != PromptMessage.Assistant)
        {
            throw new NotSupportedException(
                $"Message {index} ({role}): {nameof(TextReasoningContent)} is supported in assistant messages alone."
            );
        }

        if (!string.IsNullOrEmpty(content.ProtectedData))
        {
            throw new NotSupportedException(
                $"Message {index}: {nameof(TextReasoningContent)}.{nameof(content.ProtectedData)} is another service's "
                    + "secret and cannot be read. Remove it from the history."
            );
        }

        return content.Text;
    }

    private static NotSupportedException Refuse(AIContent content, string role, int index)
    {
        var remedy = content switch
        {
            DataContent or UriContent => "Images, audio and files are not supported; send text.",
            ToolCallContent or ToolResultContent or InputRequestContent or InputResponseContent =>
                "Tools are not supported yet; leave tool calls, results and approvals out of the history.",
            ErrorContent => "Leave failed replies out of the history.",
            HostedFileContent or HostedVectorStoreContent => "There is no hosting service; send the text itself.",
            _ => "Send text.",
        };
        return new NotSupportedException($"Message {index} ({role}) holds {content.GetType().Name}. {remedy}");
    }
}
