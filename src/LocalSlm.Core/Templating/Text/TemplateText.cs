namespace LocalSlm.Templating;

/// <summary>A string inside a render that holds characters from the caller, or is HTML-safe markup; any other string is a <see cref="string"/>.</summary>
internal sealed class TemplateText
{
    private readonly Mark[]? _marks;
    private readonly int _origin;

    /// <summary>Makes a text that came from the caller as a whole.</summary>
    public TemplateText(string value, int origin)
    {
        Value = value;
        _origin = origin;
    }

    /// <summary>Makes a text of which the marked ranges (ascending, not touching each other with the same origin) came from the caller.</summary>
    public TemplateText(string value, Mark[] marks, bool isMarkup = false)
    {
        Value = value;
        _marks = marks;
        IsMarkup = isMarkup;
    }

    public string Value { get; }

    /// <summary>Gets a value indicating whether the text counts as escaped HTML (Jinja's Markup).</summary>
    public bool IsMarkup { get; }

    /// <summary>Gets a value indicating whether every character came from one text of the caller.</summary>
    public bool IsWhole => _marks is null;

    /// <summary>Gets the caller's text that all of this came from; only meaningful when <see cref="IsWhole"/>.</summary>
    public int Origin => _origin;

    /// <summary>Gets the marked ranges.</summary>
    public Mark[] Marks => _marks ?? (Value.Length == 0 ? [] : [new Mark(0, Value.Length, _origin)]);

    public override string ToString() => Value;
}
