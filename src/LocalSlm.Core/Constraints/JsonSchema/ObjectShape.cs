namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Objects of one shape.</summary>
internal sealed record ObjectShape
{
    /// <summary>Gets the declared members, in the order in which they are generated; other members come behind them.</summary>
    public IReadOnlyList<MemberRule> Members { get; init; } = [];

    /// <summary>Gets what members of other names are. The name sets are disjoint and together hold every name; a declared name
    /// counts as declared.</summary>
    public required IReadOnlyList<NameRule> Others { get; init; }

    /// <summary>Gets what the schema says of other members; <see cref="JsonSchemaSettings.ClosesObjects"/> asks for it.</summary>
    public OtherMembers OtherMembers { get; init; }

    /// <summary>Gets names one of which an undeclared member must have.</summary>
    public IReadOnlyList<NeededName> Needed { get; init; } = [];

    /// <summary>Gets the keyword that declares the members, for messages.</summary>
    public SchemaOrigin Origin { get; init; }

    public int Min { get; init; }

    public int? Max { get; init; }

    /// <summary>Gets the keyword that bounds the count, for messages.</summary>
    public SchemaOrigin CountOrigin { get; init; }

    /// <summary>Gets what a member of a name that is not declared is.</summary>
    public SchemaTerm OtherValueOf(string name, TermTable terms)
    {
        foreach (var rule in Others)
        {
            if (rule.Names.Contains(name))
            {
                return rule.Value;
            }
        }

        return terms.Never;
    }
}
