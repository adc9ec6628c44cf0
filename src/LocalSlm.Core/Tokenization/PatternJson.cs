namespace LocalSlm.Tokenization;

/// <summary>Reads a pattern of a tokenizer.json: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternJson
{
    /// <summary>Reads the pattern.</summary>
    /// <param name="part">The part.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ModelFileException">It is malformed.</exception>
    /// <exception cref="UnsupportedModelException">It uses what is not supported.</exception>
    public static ITextPattern Read(JsonPart part)
    {
        var literal = part["String"];
        if (!literal.IsNull)
        {
            return TextPattern.Literal(literal.AsString());
        }

        var regex = part["Regex"];
        if (regex.IsNull)
        {
            throw part.Wrong("{\"String\": ...} or {\"Regex\": ...}");
        }

        try
        {
            return TextPattern.Regex(regex.AsString());
        }
        catch (FormatException e)
        {
            throw new ModelFileException(part.File, $"'{regex.Path}' is malformed: {e.Message}", null, e);
        }
        catch (NotSupportedException e)
        {
            throw new UnsupportedModelException(part.File, null, $"'{regex.Path}' is not supported: {e.Message}");
        }
    }
}
