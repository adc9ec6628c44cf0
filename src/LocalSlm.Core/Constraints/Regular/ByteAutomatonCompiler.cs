using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Regular;

/// <summary>Writes the characters of a <see cref="CharAutomaton"/> as bytes.</summary>
internal sealed class ByteAutomatonCompiler
{
    private readonly CharAutomaton _automaton;
    private readonly JsonEscaping? _escaping;
    private readonly ByteAutomatonBuilder _builder = new();
    private readonly Dictionary<CharEdge[], Spelling> _spellings = new(ShapeComparer.Instance);

    private ByteAutomatonCompiler(CharAutomaton automaton, JsonEscaping? escaping) =>
        (_automaton, _escaping) = (automaton, escaping);

    /// <summary>Compiles.</summary>
    /// <param name="automaton">The automaton.</param>
    /// <param name="escaping">How characters are spelled in a JSON string; <see langword="null"/> for UTF-8.</param>
    /// <exception cref="GrammarException">It is too large.</exception>
    public static ByteAutomaton Compile(CharAutomaton automaton, JsonEscaping? escaping) =>
        new ByteAutomatonCompiler(automaton, escaping).Compile();

    private ByteAutomaton Compile()
    {
        for (var state = 0; state < _automaton.StateCount; state++)
        {
            _builder.Add(_automaton.IsAccepting(state));
        }

        var targets = new List<int>();
        for (var state = 0; state < _automaton.StateCount; state++)
        {
            // States often go on with the same characters: what lies between their bytes is found once.
            var shape = ShapeOf(_automaton.EdgesOf(state), targets);
            if (!_spellings.TryGetValue(shape, out var spelling))
            {
                spelling = Spell(shape, targets.Count);
                _spellings.Add(shape, spelling);
            }

            Copy(spelling, state, targets);
        }

        return _builder.Build();
    }

    /// <summary>Replaces the states behind by their numbers in the order in which they come.</summary>
    private static CharEdge[] ShapeOf(ReadOnlySpan<CharEdge> edges, List<int> targets)
    {
        targets.Clear();
        var numbers = new Dictionary<int, int>();
        var shape = new CharEdge[edges.Length];
        for (var i = 0; i < edges.Length; i++)
        {
            if (!numbers.TryGetValue(edges[i].Target, out var number))
            {
                number = targets.Count;
                numbers.Add(edges[i].Target, number);
                targets.Add(edges[i].Target);
            }

            shape[i] = edges[i] with { Target = number };
        }

        return shape;
    }

    private Spelling Spell(CharEdge[] shape, int targetCount)
    {
        var builder = new ByteAutomatonBuilder();
        for (var target = 0; target < targetCount; target++)
        {
            builder.Add(accepting: false);
        }

        var first = new CharacterSpelling(builder, _escaping).Write(shape);
        var inner = new ByteEdge[builder.StateCount - targetCount][];
        for (var i = 0; i < inner.Length; i++)
        {
            inner[i] = builder.EdgesOf(targetCount + i);
        }

        return new([.. first], inner);
    }

    private void Copy(Spelling spelling, int state, List<int> targets)
    {
        // States within a character come after those that they lead to.
        var places = new List<int>(targets);
        foreach (var edges in spelling.Inner)
        {
            places.Add(_builder.GetInner([.. edges.Select(edge => edge with { Target = places[edge.Target] })]));
        }

        _builder.SetEdges(state, [.. spelling.First.Select(edge => edge with { Target = places[edge.Target] })]);
    }

    private sealed record Spelling(ByteEdge[] First, ByteEdge[][] Inner);

    private sealed class ShapeComparer : IEqualityComparer<CharEdge[]>
    {
        public static readonly ShapeComparer Instance = new();

        public bool Equals(CharEdge[]? x, CharEdge[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(CharEdge[] obj)
        {
            var hash = new HashCode();
            foreach (var edge in obj)
            {
                hash.Add(edge);
            }

            return hash.ToHashCode();
        }
    }
}
