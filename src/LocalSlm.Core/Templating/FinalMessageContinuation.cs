namespace LocalSlm.Templating;

/// <summary>Finds the place in a rendered prompt where the model goes on with the final message.</summary>
internal sealed class FinalMessageContinuation
{
    // No caller's origin: those are indices of texts.
    private const int Origin = int.MaxValue;

    // A Unicode noncharacter stands in for content of which no character would be left to find.
    private const string Placeholder = "\uFDD0";

    private readonly bool _usesPlaceholder;

    private FinalMessageContinuation(bool usesPlaceholder) => _usesPlaceholder = usesPlaceholder;

    /// <summary>Marks the final message's content.</summary>
    public static FinalMessageContinuation Prepare(RenderState state)
    {
        if (
            !state.Input.Variables.TryGetValue("messages", out object? given)
            || Values.Import(given) is not ListValue { Count: > 0 } messages
            || messages[messages.Count - 1] is not DictValue final
        )
        {
            throw new ChatTemplateException("there is no final message to continue");
        }

        var holder = final;
        string key = "content";
        if (final.TryGet(key, out object? content) && content is ListValue parts)
        {
            key = "text";
            holder = Enumerable
                .Range(1, parts.Count)
                .Select(i => parts[parts.Count - i] as DictValue)
                .FirstOrDefault(p => p is not null && p.TryGet("text", out object? text) && Texts.Is(text));
            content = null;
            holder?.TryGet(key, out content);
        }

        if (holder is null || (content is not null && !Texts.Is(content)))
        {
            throw new ChatTemplateException("the final message has no text to continue");
        }

        string text = content is null ? "" : Texts.Of(content);
        bool empty = string.IsNullOrWhiteSpace(text);
        holder.Items[key] = new TemplateText(empty ? Placeholder : text, Origin);
        state.Messages = messages;
        return new FinalMessageContinuation(empty);
    }

    /// <summary>Finds where the prompt ends.</summary>
    public int End(TextBuilder output)
    {
        var marks = output.Marks;
        for (int i = marks.Length - 1; i >= 0; i--)
        {
            if (marks[i].Origin == Origin)
            {
                return _usesPlaceholder ? marks[i].End - 1 : marks[i].End;
            }
        }

        throw new ChatTemplateException(
            "the final message is to be continued, but the template does not print its content"
        );
    }
}
