namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A set of numbers: a union of terms. Immutable.</summary>
internal sealed class NumberSet(IReadOnlyList<NumberTerm> terms)
{
    /// <summary>Products of more parts than this are refused.</summary>
    private const int MaxTerms = 2_000;

    public static NumberSet Any { get; } = new([NumberTerm.Any]);

    public static NumberSet Never { get; } = new([]);

    public IReadOnlyList<NumberTerm> Terms { get; } = terms;

    public bool IsEmpty => Terms.Count == 0;

    public bool IsAny => ReferenceEquals(this, Any);

    public NumberSet Intersect(NumberSet other)
    {
        if (IsAny || other.IsEmpty)
        {
            return other;
        }

        if (other.IsAny || IsEmpty)
        {
            return this;
        }

        var both = new List<NumberTerm>();
        foreach (var left in Terms)
        {
            foreach (var right in other.Terms)
            {
                if (left.Intersect(right) is { } term)
                {
                    both.Add(term);
                }

                if (both.Count > MaxTerms)
                {
                    throw new GrammarException(
                        "combination of numbers",
                        $"it has more than {MaxTerms} parts. Use fewer values or ranges."
                    );
                }
            }
        }

        return new NumberSet(both);
    }

    public NumberSet Complement() =>
        Terms.Aggregate(Any, (all, term) => all.Intersect(new NumberSet([.. term.Complement()])));

    public static NumberSet Union(IEnumerable<NumberSet> sets)
    {
        var terms = new HashSet<NumberTerm>();
        foreach (var set in sets)
        {
            if (set.IsAny)
            {
                return Any;
            }

            terms.UnionWith(set.Terms);
        }

        return terms.Count == 0 ? Never : new NumberSet([.. terms]);
    }
}
