using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Writes numbers. Where their values are restricted they stand without an exponent.</summary>
internal static class NumberWriter
{
    private static readonly GrammarNode Any = GrammarNode.Automaton(NumberLanguage.Json.ToUtf8());
    private static readonly GrammarNode Integers = GrammarNode.Automaton(NumberLanguage.Integer().ToUtf8());
    private static readonly NumberTerm Int32Term = new()
    {
        MultipleOf = ExactArithmetic.One,
        WrittenAsInteger = true,
        Min = ExactNumber.Of(int.MinValue),
        Max = ExactNumber.Of(int.MaxValue),
    };
    private static readonly GrammarNode Int32s = GrammarNode.Automaton(Language(Int32Term).ToUtf8());

    public static IEnumerable<GrammarNode> Write(NumberSet numbers)
    {
        foreach (var term in numbers.Terms)
        {
            if (term == NumberTerm.Any)
            {
                yield return Any;
            }
            else if (term.IsPoint)
            {
                // Equal numbers may be written in different ways; two of them are enough for any model.
                var value = term.Min!.Value;
                yield return GrammarNode.Text(value.ToString());
                if (value.IsInteger && !term.WrittenAsInteger)
                {
                    yield return GrammarNode.Text(value + ".0");
                }
            }
            else
            {
                yield return Write(term);
            }
        }
    }

    /// <summary>Gets the multiples of a number.</summary>
    /// <exception cref="GrammarException">They cannot be decided.</exception>
    public static CharAutomaton Multiples(ExactNumber step) => NumberLanguage.MultipleOf(step);

    private static GrammarNode Write(NumberTerm term)
    {
        if (term.PrefersInt32 && IsWithinInt32(term.Min) && IsWithinInt32(term.Max))
        {
            var narrow = term with
            {
                Min = term.Min ?? ExactNumber.Of(int.MinValue),
                Max = term.Max ?? ExactNumber.Of(int.MaxValue),
                PrefersInt32 = false,
            };
            if (narrow == Int32Term)
            {
                return Int32s;
            }

            // Multiples of a great number may all lie beyond it.
            if (Language(narrow) is { IsEmpty: false } numbers)
            {
                return GrammarNode.Automaton(numbers.ToUtf8());
            }
        }

        return IsEveryInteger(term) ? Integers : GrammarNode.Automaton(Language(term).ToUtf8());
    }

    private static bool IsWithinInt32(ExactNumber? bound) =>
        bound is not { } value
        || (value.CompareTo(ExactNumber.Of(int.MinValue)) >= 0 && value.CompareTo(ExactNumber.Of(int.MaxValue)) <= 0);

    private static bool IsEveryInteger(NumberTerm term) =>
        term.WrittenAsInteger
        && term.MultipleOf == ExactArithmetic.One
        && term.Min is null
        && term.Max is null
        && term.NoMultipleOf.Count == 0;

    private static CharAutomaton Language(NumberTerm term)
    {
        var plain = term.WrittenAsInteger;
        var language = plain ? NumberLanguage.PlainIntegers : NumberLanguage.All;
        if (term.MultipleOf is { } divisor && !(plain && divisor == ExactArithmetic.One))
        {
            language = language.Intersect(Multiples(divisor));
        }

        if (term.Min is { } min)
        {
            language = language.Intersect(NumberLanguage.AtLeast(min, term.ExcludesMin));
        }

        if (term.Max is { } max)
        {
            language = language.Intersect(NumberLanguage.AtMost(max, term.ExcludesMax));
        }

        foreach (var other in term.NoMultipleOf)
        {
            language = language.Except(Multiples(other));
        }

        return NumberLanguage.Limit(language);
    }
}
