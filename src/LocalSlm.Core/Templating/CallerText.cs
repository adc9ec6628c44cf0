namespace LocalSlm.Templating;

/// <summary>A string that came from the caller: wherever its characters end up in the rendered prompt, they lie in text spans.</summary>
/// <param name="value">The text.</param>
/// <param name="origin">A number that tells this text from others, or -1.</param>
internal sealed class CallerText(string value, int origin = -1)
{
    /// <summary>Gets the text.</summary>
    public string Value => Text.Value;

    /// <summary>Gets the number that tells this text from others, or -1.</summary>
    public int Origin { get; } = origin;

    /// <summary>Gets the form the renderer works with; made once, so that a history rendered again costs nothing here.</summary>
    internal TemplateText Text { get; } = new(value, origin);

    public override string ToString() => Value;
}
