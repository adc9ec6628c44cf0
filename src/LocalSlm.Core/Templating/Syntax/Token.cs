namespace LocalSlm.Templating;

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters, decoded if it is a string literal.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Number">Its value, if it is a number.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, object? Number = null)
{
    /// <summary>Says the token as Jinja's error messages do.</summary>
    public string Describe() =>
        Kind switch
        {
            TokenKind.VariableEnd => "end of print statement",
            TokenKind.BlockEnd => "end of statement block",
            TokenKind.End => "end of template",
            TokenKind.VariableBegin => "begin of print statement",
            TokenKind.BlockBegin => "begin of statement block",
            TokenKind.Data => "template data / text",
            _ => Text,
        };
}
