namespace LocalSlm;

/// <summary>A grammar, a regular expression or a list of choices is malformed, unsupported, or too large.</summary>
public sealed class GrammarException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="source">What was given: <c>regular expression</c>, <c>grammar</c>, <c>choices</c>, <c>number</c>, <c>length</c>.</param>
    /// <param name="problem">What is wrong, and what to do.</param>
    /// <param name="position">Where in the text, in UTF-16 code units from 0; <see langword="null"/> if nowhere in particular.</param>
    public GrammarException(string source, string problem, int? position = null)
        : base($"The {source}{(position is { } at ? $", at {at}" : "")}: {problem}")
    {
        GrammarSource = source;
        Position = position;
    }

    /// <summary>Gets what was given: <c>regular expression</c>, <c>grammar</c>, <c>choices</c>.</summary>
    public string GrammarSource { get; }

    /// <summary>Gets where in the text, in UTF-16 code units from 0; <see langword="null"/> if nowhere in particular.</summary>
    public int? Position { get; }
}
