namespace LocalSlm.Templating;

/// <summary>HTML escaping, as MarkupSafe does it.</summary>
internal static class Markup
{
    /// <summary>Escapes a text that is not markup yet; the entities belong to whom the character belonged.</summary>
    public static object Escape(RenderState state, object text)
    {
        if (Texts.IsMarkup(text))
        {
            return text;
        }

        string value = Texts.Of(text);
        var builder = state.RentBuilder();
        int done = 0;
        for (int i = 0; i < value.Length; i++)
        {
            string? entity = value[i] switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&#34;",
                '\'' => "&#39;",
                _ => null,
            };
            if (entity is not null)
            {
                builder.AppendSlice(text, done, i - done);
                builder.AppendDerived(entity, text, i);
                done = i + 1;
            }
        }

        builder.AppendSlice(text, done, value.Length - done);
        return state.ReturnBuilder(builder, isMarkup: true);
    }

    /// <summary>Marks a text as safe.</summary>
    public static object Safe(object text) =>
        text is TemplateText marked
            ? new TemplateText(marked.Value, marked.Marks, isMarkup: true)
            : new TemplateText((string)text, [], isMarkup: true);

    /// <summary>Takes the mark of safety away.</summary>
    public static object Unsafe(object text) =>
        text is TemplateText { IsMarkup: true } marked
            ? marked.Marks.Length == 0
                ? marked.Value
                : new TemplateText(marked.Value, marked.Marks)
            : text;
}
