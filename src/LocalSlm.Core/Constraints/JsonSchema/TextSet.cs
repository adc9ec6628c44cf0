using System.Text;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A set of strings: a list, lengths, or an automaton, whichever is the simplest that says it. Immutable.</summary>
internal sealed class TextSet
{
    /// <summary>Lengths beyond this are counted, never unrolled into states.</summary>
    private const int MaxUnrolledLength = 20_000;

    private readonly HashSet<string>? _literals;
    private readonly CharAutomaton? _automaton;
    private bool? _empty;

    private TextSet(HashSet<string>? literals, CharAutomaton? automaton, int min, int? max, bool isExact = true) =>
        (_literals, _automaton, MinLength, MaxLength, IsExact) = (literals, automaton, min, max, isExact);

    public static TextSet Any { get; } = new(null, null, 0, null);

    public static TextSet Never { get; } = new([], null, 0, null);

    /// <summary>Gets the fewest code points; of use where <see cref="IsLength"/>.</summary>
    public int MinLength { get; }

    /// <summary>Gets the most code points, or <see langword="null"/> for any number; of use where <see cref="IsLength"/>.</summary>
    public int? MaxLength { get; }

    /// <summary>Gets a value indicating whether the set holds all that it should. Of some formats it holds but a part, so that what it
    /// does not hold is not known to be outside.</summary>
    public bool IsExact { get; }

    public bool IsAny => IsLength && MinLength == 0 && MaxLength is null;

    /// <summary>Gets a value indicating whether the length alone tells what belongs to the set.</summary>
    public bool IsLength => _literals is null && _automaton is null;

    /// <summary>Gets the strings of a set that is given as a list.</summary>
    public IReadOnlyCollection<string>? Literals => _literals;

    /// <summary>Gets the size of the automaton; 0 for a set that is given otherwise.</summary>
    public int StateCount => _automaton?.StateCount ?? 0;

    public bool IsEmpty =>
        _empty ??= _literals is { Count: 0 } || _automaton is { IsEmpty: true } || MaxLength < MinLength;

    public static TextSet FromLiterals(IEnumerable<string> literals, bool isExact = true) =>
        new(new(literals, StringComparer.Ordinal), null, 0, null, isExact);

    public static TextSet FromLength(int min, int? max) => max < min ? Never : new(null, null, min, max);

    public static TextSet FromAutomaton(CharAutomaton automaton, bool isExact = true) =>
        new(null, automaton, 0, null, isExact);

    public bool Contains(string text) => _literals?.Contains(text) ?? _automaton?.Accepts(text) ?? IsLengthOf(text);

    public TextSet Intersect(TextSet other)
    {
        if (IsAny || other.IsEmpty)
        {
            return other;
        }

        if (other.IsAny || IsEmpty)
        {
            return this;
        }

        if (_literals is not null)
        {
            return FromLiterals(_literals.Where(other.Contains), IsExact && other.IsExact);
        }

        if (other._literals is not null)
        {
            return other.Intersect(this);
        }

        if (IsLength && other.IsLength)
        {
            int? max = (MaxLength, other.MaxLength) switch
            {
                ({ } a, { } b) => Math.Min(a, b),
                var (a, b) => a ?? b,
            };
            return FromLength(Math.Max(MinLength, other.MinLength), max);
        }

        return FromAutomaton(ToAutomaton().Intersect(other.ToAutomaton()), IsExact && other.IsExact);
    }

    public TextSet Union(TextSet other)
    {
        if (IsAny || other.IsEmpty)
        {
            return this;
        }

        if (other.IsAny || IsEmpty)
        {
            return other;
        }

        return _literals is not null && other._literals is not null
            ? FromLiterals(_literals.Concat(other._literals), IsExact && other.IsExact)
            : FromAutomaton(ToAutomaton().Union(other.ToAutomaton()), IsExact && other.IsExact);
    }

    /// <summary>Gets what this set holds and the other is known not to hold.</summary>
    /// <exception cref="GrammarException">The other is not known well enough.</exception>
    public TextSet Except(TextSet other) =>
        other.IsExact
            ? ExceptAll(other)
            : throw new GrammarException(
                "format of a string",
                "not all texts of the format are known, so that texts without it cannot be generated. Use a pattern."
            );

    /// <summary>Gets what this set holds and the other does not, whether or not the other holds all that it should.</summary>
    public TextSet ExceptAll(TextSet other)
    {
        if (other.IsEmpty || IsEmpty)
        {
            return this;
        }

        if (_literals is not null)
        {
            return FromLiterals(_literals.Where(text => !other.Contains(text)), IsExact && other.IsExact);
        }

        if (IsLength && other.IsLength)
        {
            var below = other.MinLength == 0 ? Never : FromLength(0, other.MinLength - 1);
            var above = other.MaxLength is { } max and < int.MaxValue ? FromLength(max + 1, null) : Never;
            if (below.IsEmpty || above.IsEmpty)
            {
                return Intersect(below.IsEmpty ? above : below);
            }
        }

        return FromAutomaton(ToAutomaton().Except(other.ToAutomaton()), IsExact && other.IsExact);
    }

    public TextSet Complement() => Any.Except(this);

    /// <summary>Gets the set as an automaton.</summary>
    /// <exception cref="GrammarException">It would be too large.</exception>
    public CharAutomaton ToAutomaton()
    {
        if (_automaton is not null)
        {
            return _automaton;
        }

        if (_literals is not null)
        {
            return CharAutomaton.FromLiterals(_literals);
        }

        if (IsAny)
        {
            return CharAutomaton.Any;
        }

        var counted = MaxLength ?? MinLength;
        return counted <= MaxUnrolledLength
            ? CharAutomaton.FromLength(MinLength, MaxLength)
            : throw new GrammarException(
                "length of a string",
                $"{counted} is too large to be combined with a pattern, a format or other conditions; the limit is {MaxUnrolledLength}."
            );
    }

    private bool IsLengthOf(string text)
    {
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            length++;
        }

        return length >= MinLength && !(length > MaxLength);
    }
}
