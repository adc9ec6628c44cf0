using LocalSlm.Constraints.Regular;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Numbers of an interval, restricted by what divides them.</summary>
internal sealed record NumberTerm
{
    /// <summary>How many multiples in an interval are looked at to tell whether one of them is left.</summary>
    private const int MaxTried = 64;

    public static NumberTerm Any { get; } = new();

    public ExactNumber? Min { get; init; }

    public bool ExcludesMin { get; init; }

    public ExactNumber? Max { get; init; }

    public bool ExcludesMax { get; init; }

    /// <summary>Gets what each number is a multiple of.</summary>
    public ExactNumber? MultipleOf { get; init; }

    /// <summary>Gets what no number is a multiple of.</summary>
    public IReadOnlyList<ExactNumber> NoMultipleOf { get; init; } = [];

    /// <summary>Gets a value indicating whether numbers are written without a fraction, as <c>type: integer</c> has it: what reads
    /// them may not take <c>1.0</c> for one. The value of a number decides whether it belongs to the set, never its form.</summary>
    public bool WrittenAsInteger { get; init; }

    /// <summary>Gets a value indicating whether numbers are generated so that <see cref="int"/> holds them, unless a bound lies beyond
    /// it. What belongs to the set does not depend on it.</summary>
    public bool PrefersInt32 { get; init; }

    public bool IsPoint => Min is { } min && Max is { } max && min == max;

    public static NumberTerm Point(ExactNumber value) => new() { Min = value, Max = value };

    /// <summary>Gets what both hold, or <see langword="null"/> if that is nothing.</summary>
    public NumberTerm? Intersect(NumberTerm other)
    {
        var (min, excludesMin) = Tighter(Min, ExcludesMin, other.Min, other.ExcludesMin, 1);
        var (max, excludesMax) = Tighter(Max, ExcludesMax, other.Max, other.ExcludesMax, -1);
        var both = new NumberTerm
        {
            Min = min,
            ExcludesMin = excludesMin,
            Max = max,
            ExcludesMax = excludesMax,
            MultipleOf = (MultipleOf, other.MultipleOf) switch
            {
                ({ } a, { } b) => ExactArithmetic.LeastCommonMultiple(a, b),
                var (a, b) => a ?? b,
            },
            NoMultipleOf = other.NoMultipleOf.Count == 0 ? NoMultipleOf : [.. NoMultipleOf.Union(other.NoMultipleOf)],
            WrittenAsInteger = WrittenAsInteger || other.WrittenAsInteger,
            PrefersInt32 = PrefersInt32 || other.PrefersInt32,
        };
        return both.IsEmpty() ? null : both;
    }

    /// <summary>Gets what it does not hold.</summary>
    public IEnumerable<NumberTerm> Complement()
    {
        if (Min is { } min)
        {
            yield return new NumberTerm { Max = min, ExcludesMax = !ExcludesMin };
        }

        if (Max is { } max)
        {
            yield return new NumberTerm { Min = max, ExcludesMin = !ExcludesMax };
        }

        if (MultipleOf is { } step)
        {
            yield return new NumberTerm { NoMultipleOf = [step] };
        }

        foreach (var divisor in NoMultipleOf)
        {
            yield return new NumberTerm { MultipleOf = divisor };
        }
    }

    private static (ExactNumber? Bound, bool Excludes) Tighter(
        ExactNumber? a,
        bool excludesA,
        ExactNumber? b,
        bool excludesB,
        int sign
    )
    {
        if (a is not { } left || b is not { } right)
        {
            return a is null ? (b, excludesB) : (a, excludesA);
        }

        return (left.CompareTo(right) * sign) switch
        {
            0 => (a, excludesA || excludesB),
            > 0 => (a, excludesA),
            _ => (b, excludesB),
        };
    }

    private bool IsEmpty()
    {
        if (Min is { } min && Max is { } max)
        {
            var order = min.CompareTo(max);
            if (order > 0 || (order == 0 && (ExcludesMin || ExcludesMax)))
            {
                return true;
            }

            if (order == 0)
            {
                return (MultipleOf is { } divisor && !min.IsMultipleOf(divisor))
                    || NoMultipleOf.Any(other => min.IsMultipleOf(other));
            }
        }

        if (MultipleOf is not { } step)
        {
            return false;
        }

        return NoMultipleOf.Any(other => step.IsMultipleOf(other)) || !HasMultiple(step);
    }

    private bool HasMultiple(ExactNumber step)
    {
        if (Min is not { } min || Max is not { } max)
        {
            return true;
        }

        var candidate = step.MultipleAtLeast(min);
        for (var tried = 0; tried < MaxTried; tried++, candidate = candidate.Plus(step))
        {
            var order = candidate.CompareTo(max);
            if (order > 0 || (order == 0 && ExcludesMax))
            {
                return false;
            }

            if (!(ExcludesMin && candidate == min) && !NoMultipleOf.Any(other => candidate.IsMultipleOf(other)))
            {
                return true;
            }
        }

        // Too many to try them all; the automaton of the numbers tells in the end.
        return true;
    }
}
