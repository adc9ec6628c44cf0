namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Set operations on shapes of arrays and objects. They make terms out of the members' terms and look into none.</summary>
internal sealed class ShapeAlgebra(TermTable terms)
{
    /// <summary>Patterns whose names overlap divide the names into up to 2ⁿ sets.</summary>
    private const int MaxNameRules = 128;

    public ArrayShape AnyArray { get; } = new() { Rest = terms.Any };

    public ObjectShape AnyObject { get; } = new() { Others = [new NameRule(TextSet.Any, terms.Any)] };

    public ArrayShape Intersect(ArrayShape a, ArrayShape b)
    {
        var prefix = new SchemaTerm[Math.Max(a.Prefix.Count, b.Prefix.Count)];
        for (var i = 0; i < prefix.Length; i++)
        {
            prefix[i] = terms.All(a.ItemAt(i), b.ItemAt(i));
        }

        return new ArrayShape
        {
            Prefix = prefix,
            Rest = terms.All(a.Rest, b.Rest),
            Min = Math.Max(a.Min, b.Min),
            Max = Least(a.Max, b.Max),
            Counts = a.Counts.Count == 0 ? b.Counts : [.. a.Counts.Union(b.Counts)],
            Unique = a.Unique ?? b.Unique,
        };
    }

    public ObjectShape Intersect(ObjectShape a, ObjectShape b)
    {
        var members = new List<MemberRule>(a.Members.Count + b.Members.Count);
        var inB = b.Members.ToDictionary(member => member.Name, StringComparer.Ordinal);
        foreach (var member in a.Members)
        {
            var (value, required) = inB.Remove(member.Name, out var other)
                ? (other.Value, other.Required)
                : (b.OtherValueOf(member.Name, terms), false);
            members.Add(new MemberRule(member.Name, terms.All(member.Value, value), member.Required || required));
        }

        foreach (var member in b.Members)
        {
            if (inB.ContainsKey(member.Name))
            {
                members.Add(member with { Value = terms.All(a.OtherValueOf(member.Name, terms), member.Value) });
            }
        }

        return new ObjectShape
        {
            Members = members,
            Others = Intersect(a.Others, b.Others),
            OtherMembers = a.OtherMembers > b.OtherMembers ? a.OtherMembers : b.OtherMembers,
            Needed = a.Needed.Count == 0 ? b.Needed : [.. a.Needed, .. b.Needed],
            Min = Math.Max(a.Min, b.Min),
            Max = Least(a.Max, b.Max),
            Origin = a.Origin == default ? b.Origin : a.Origin,
            CountOrigin = a.CountOrigin == default ? b.CountOrigin : a.CountOrigin,
        };
    }

    /// <summary>Gets shapes that together hold every array that a shape does not.</summary>
    public IEnumerable<ArrayShape> Complement(ArrayShape shape, SchemaOrigin origin)
    {
        if (shape.Unique is not null)
        {
            throw new SchemaRefusal(
                origin,
                "arrays with two equal items cannot be generated on purpose. Take uniqueItems out of it."
            );
        }

        if (shape.Min > 0)
        {
            yield return AnyArray with
            {
                Max = shape.Min - 1,
            };
        }

        if (shape.Max is { } max and < int.MaxValue)
        {
            yield return AnyArray with
            {
                Min = max + 1,
            };
        }

        for (var i = 0; i < shape.Prefix.Count; i++)
        {
            if (terms.Not(shape.Prefix[i], origin) is { Kind: not TermKind.Never } other)
            {
                SchemaTerm[] prefix = [.. Enumerable.Repeat(terms.Any, i), other];
                yield return AnyArray with
                {
                    Prefix = prefix,
                    Min = i + 1,
                };
            }
        }

        if (shape.Rest.Kind == TermKind.Never)
        {
            yield return AnyArray with
            {
                Min = shape.Prefix.Count + 1,
            };
        }
        else if (terms.Not(shape.Rest, origin) is { Kind: not TermKind.Never } odd)
        {
            yield return AnyArray with
            {
                Counts = [new ItemCount(odd, shape.Prefix.Count, 1, null, origin)],
            };
        }

        foreach (var count in shape.Counts)
        {
            if (count.Min > 0)
            {
                yield return AnyArray with
                {
                    Counts = [count with { Min = 0, Max = count.Min - 1 }],
                };
            }

            if (count.Max is { } most and < int.MaxValue)
            {
                yield return AnyArray with
                {
                    Counts = [count with { Min = most + 1, Max = null }],
                };
            }
        }
    }

    /// <summary>Gets shapes that together hold every object that a shape does not.</summary>
    public IEnumerable<ObjectShape> Complement(ObjectShape shape, SchemaOrigin origin)
    {
        foreach (var member in shape.Members)
        {
            if (member.Required)
            {
                yield return WithMember(member.Name, terms.Never, false);
            }

            if (terms.Not(member.Value, origin) is { Kind: not TermKind.Never } other)
            {
                yield return WithMember(member.Name, other, true);
            }
        }

        var declared = TextSet.FromLiterals(shape.Members.Select(member => member.Name));
        foreach (var rule in shape.Others)
        {
            if (rule.Value.Kind == TermKind.Any)
            {
                continue;
            }

            if (!rule.Names.IsExact)
            {
                throw new SchemaRefusal(
                    origin,
                    "not all names of the format are known, so that other names cannot be asked for. Use a pattern."
                );
            }

            // A key may come twice, and the last one counts: that some member is of a kind is certain only where any value will do.
            if (rule.Value.Kind != TermKind.Never)
            {
                throw new SchemaRefusal(
                    origin,
                    "objects with a further member of another kind cannot be generated on purpose. Name the members under properties, or forbid others with additionalProperties: false."
                );
            }

            yield return AnyObject with
            {
                Needed = [new NeededName(rule.Names.Except(declared), origin)],
            };
        }

        foreach (var needed in shape.Needed)
        {
            yield return AnyObject with
            {
                Others = [new NameRule(needed.Names, terms.Never), new NameRule(needed.Names.Complement(), terms.Any)],
            };
        }

        if (shape.Min > 0)
        {
            yield return AnyObject with
            {
                Max = shape.Min - 1,
                CountOrigin = origin,
            };
        }

        if (shape.Max is { } max and < int.MaxValue)
        {
            yield return AnyObject with
            {
                Min = max + 1,
                CountOrigin = origin,
            };
        }
    }

    /// <summary>Gets the objects in which one member is of a kind.</summary>
    public ObjectShape WithMember(string name, SchemaTerm value, bool required) =>
        AnyObject with
        {
            Members = [new MemberRule(name, value, required)],
        };

    /// <summary>Divides a set of names in two for each pattern, and says what members of each part are.</summary>
    public IReadOnlyList<NameRule> Divide(IReadOnlyList<(TextSet Names, SchemaTerm Value)> patterns, SchemaTerm others)
    {
        var parts = new List<(TextSet Names, SchemaTerm? Value)> { (TextSet.Any, null) };
        foreach (var (names, value) in patterns)
        {
            var next = new List<(TextSet, SchemaTerm?)>();
            foreach (var part in parts)
            {
                var inside = part.Names.Intersect(names);
                var outside = part.Names.ExceptAll(names);
                if (!inside.IsEmpty)
                {
                    next.Add((inside, part.Value is null ? value : terms.All(part.Value, value)));
                }

                if (!outside.IsEmpty)
                {
                    next.Add((outside, part.Value));
                }
            }

            parts = Limit(next);
        }

        return [.. parts.Select(part => new NameRule(part.Names, part.Value ?? others))];
    }

    private static int? Least(int? a, int? b) =>
        (a, b) switch
        {
            ({ } x, { } y) => Math.Min(x, y),
            _ => a ?? b,
        };

    private static List<T> Limit<T>(List<T> rules) =>
        rules.Count <= MaxNameRules
            ? rules
            : throw new GrammarException(
                "names of members",
                $"patterns divide them into more than {MaxNameRules} sets. Use fewer patterns, or such as do not overlap."
            );

    private IReadOnlyList<NameRule> Intersect(IReadOnlyList<NameRule> a, IReadOnlyList<NameRule> b)
    {
        if (a is [{ Value.Kind: TermKind.Any, Names.IsAny: true }])
        {
            return b;
        }

        if (b is [{ Value.Kind: TermKind.Any, Names.IsAny: true }])
        {
            return a;
        }

        var rules = new List<NameRule>();
        foreach (var left in a)
        {
            foreach (var right in b)
            {
                var names = left.Names.Intersect(right.Names);
                if (!names.IsEmpty)
                {
                    rules.Add(new NameRule(names, terms.All(left.Value, right.Value)));
                }
            }
        }

        return Limit(rules);
    }
}
