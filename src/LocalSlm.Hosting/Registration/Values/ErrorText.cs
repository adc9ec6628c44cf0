namespace LocalSlm.Hosting.Registration.Values;

/// <summary>Puts what setters and parsers throw into a sentence for whoever wrote the value.</summary>
internal static class ErrorText
{
    /// <summary>Gets the sentence. The framework's own words about an argument name a parameter, and repeat the value.</summary>
    /// <param name="error">What was thrown.</param>
    public static string Of(Exception error)
    {
        var text = error.Message;
        if (error is not ArgumentException { ParamName: { Length: > 0 } name })
        {
            return text;
        }

        var end = text.IndexOf($" (Parameter '{name}')", StringComparison.Ordinal);
        text = end < 0 ? text : text[..end];

        // "value ('0') must be greater than or equal to '1'."
        const string Must = "') must be ";
        var must = text.IndexOf(Must, StringComparison.Ordinal);
        return must > 0 && text.StartsWith($"{name} ('", StringComparison.Ordinal)
            ? $"It must be {Simplify(text[(must + Must.Length)..])}"
            : text;
    }

    private static string Simplify(string rest) =>
        rest.Replace("a non-negative and non-zero value", "more than 0", StringComparison.Ordinal)
            .Replace("a non-negative value", "0 or more", StringComparison.Ordinal)
            .Replace("greater than or equal to", "at least", StringComparison.Ordinal)
            .Replace("less than or equal to", "at most", StringComparison.Ordinal)
            .Replace("greater than", "more than", StringComparison.Ordinal)
            .Replace("'", "", StringComparison.Ordinal);
}
