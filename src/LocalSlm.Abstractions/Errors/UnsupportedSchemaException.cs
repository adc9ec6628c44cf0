namespace LocalSlm;

/// <summary>A JSON Schema is no schema, or says something that generation cannot enforce. Nothing is ever left out silently.</summary>
public sealed class UnsupportedSchemaException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">Where in the schema, as a JSON pointer (RFC 6901); empty for its root.</param>
    /// <param name="keyword">The keyword at fault, or <see langword="null"/> if it is none in particular.</param>
    /// <param name="problem">What is wrong, and what to do.</param>
    /// <param name="innerException">The cause, if another error lies below.</param>
    public UnsupportedSchemaException(string path, string? keyword, string problem, Exception? innerException = null)
        : base(
            $"JSON schema at '#{path}'{(keyword is null ? "" : $", keyword '{keyword}'")}: {problem}",
            innerException
        )
    {
        Path = path;
        Keyword = keyword;
        Problem = problem;
    }

    /// <summary>Gets where in the schema, as a JSON pointer (RFC 6901); empty for its root.</summary>
    public string Path { get; }

    /// <summary>Gets the keyword at fault, or <see langword="null"/> if it is none in particular.</summary>
    public string? Keyword { get; }

    /// <summary>Gets what is wrong, and what to do: the message without the place.</summary>
    public string Problem { get; }
}
