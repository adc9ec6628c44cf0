namespace LocalSlm.Constraints.JsonSchema;

/// <summary>How a JSON Schema becomes a grammar.</summary>
internal sealed record JsonSchemaSettings
{
    /// <summary>Gets where white space may stand.</summary>
    public JsonWhitespace Whitespace { get; init; } = JsonWhitespace.Compact;

    /// <summary>Gets a value indicating whether keywords that cannot be enforced are dropped, and told to
    /// <see cref="OnDowngrade"/>, instead of refused. What is no schema at all is refused in either case.</summary>
    public bool Lenient { get; init; }

    /// <summary>Gets what is told of each dropped keyword: its schema's JSON pointer, and its name.</summary>
    public Action<string, string>? OnDowngrade { get; init; }

    /// <summary>Gets a value indicating whether a schema that no value satisfies becomes <see cref="Grammar.GrammarNode.Never"/>
    /// instead of being refused. No reply can be generated from it, so that requests leave this off.</summary>
    public bool AllowUnsatisfiable { get; init; }

    /// <summary>Gets a value indicating whether objects whose schema names members under <c>properties</c>, and says nothing of others,
    /// are generated without others. The schema accepts what is generated; it accepts more.</summary>
    public bool ClosesObjects { get; init; }

    /// <summary>Gets a value indicating whether what schemas made of .NET types leave open is generated so that System.Text.Json reads
    /// it into those types: see <see cref="DotNetTypes"/>. The schema accepts what is generated; it accepts more.</summary>
    public bool FitsDotNetTypes { get; init; }

    /// <summary>Gets what ends the compilation early.</summary>
    public CancellationToken CancellationToken { get; init; }
}
