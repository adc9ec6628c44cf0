namespace LocalSlm.Constraints.JsonSchema;

/// <summary>How a set of JSON values is given.</summary>
internal enum TermKind
{
    /// <summary>Every value.</summary>
    Any,

    /// <summary>No value.</summary>
    Never,

    /// <summary>What a schema of the document accepts.</summary>
    Schema,

    /// <summary>What a schema accepts, but for its own unevaluated… keywords.</summary>
    SchemaWithoutUnevaluated,

    /// <summary>One value.</summary>
    Literal,

    /// <summary>What all of several terms hold.</summary>
    All,

    /// <summary>What any of several terms holds.</summary>
    Some,

    /// <summary>What a term does not hold.</summary>
    Not,

    /// <summary>A set given outright.</summary>
    Fixed,
}
