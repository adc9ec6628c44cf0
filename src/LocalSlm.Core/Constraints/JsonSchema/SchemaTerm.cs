using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A set of JSON values, not looked into yet. Terms with the same meaning by construction are the same object
/// (<see cref="TermTable"/>), which is what makes recursive schemas finite.</summary>
internal sealed class SchemaTerm(int id, TermKind kind)
{
    public int Id { get; } = id;

    public TermKind Kind { get; } = kind;

    /// <summary>Gets the schema of the two kinds of schema terms.</summary>
    public SchemaNode? Node { get; init; }

    /// <summary>Gets the value of <see cref="TermKind.Literal"/>.</summary>
    public JsonElement Literal { get; init; }

    /// <summary>Gets the parts of <see cref="TermKind.All"/>, <see cref="TermKind.Some"/> and <see cref="TermKind.Not"/>.</summary>
    public IReadOnlyList<SchemaTerm> Parts { get; init; } = [];

    /// <summary>Gets the set of <see cref="TermKind.Fixed"/>.</summary>
    public ValueSet? Set { get; init; }

    /// <summary>Gets the keyword that asks for the term, where it can fail.</summary>
    public SchemaOrigin Origin { get; init; }
}
