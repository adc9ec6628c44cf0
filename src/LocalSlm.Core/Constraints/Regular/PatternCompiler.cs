using System.Runtime.InteropServices;
using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>Turns a regular expression into a deterministic automaton.</summary>
internal sealed class PatternCompiler
{
    private const string Source = "regular expression";
    private const int Match = 0;

    private readonly List<PatternStep> _steps = [new(PatternStepKind.Match, 0, 0)];
    private readonly List<CodePointSet> _sets = [EcmaSets.Scalars];
    private readonly Dictionary<string, int> _setNumbers = new(StringComparer.Ordinal);
    private readonly List<PatternNode.Boundary> _boundaries = [];
    private readonly Dictionary<PatternNode, int> _boundaryNumbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<PatternLook> _looks = [];
    private readonly Dictionary<PatternNode, int> _lookNumbers = new(ReferenceEqualityComparer.Instance);

    private PatternCompiler() { }

    /// <summary>Compiles a pattern.</summary>
    /// <param name="pattern">The pattern: ECMA-262 with the flag <c>u</c>.</param>
    /// <param name="search">Whether it may be found anywhere in the text; else the whole text must match.</param>
    /// <exception cref="GrammarException">It is malformed, not supported, or too large.</exception>
    public static CharAutomaton Compile(string pattern, bool search)
    {
        var node = EcmaPatternParser.Parse(pattern);
        var compiler = new PatternCompiler();
        int start;
        if (search)
        {
            start = compiler.Write(node, Match);
            var loop = compiler.Reserve();
            var skip = compiler.Add(new(PatternStepKind.Take, 0, loop));
            compiler._steps[loop] = new(PatternStepKind.Fork, skip, start);
            start = loop;
        }
        else
        {
            var end = new PatternNode.Boundary(null, true, CodePointSet.None, true);
            start = compiler.Write(node, compiler.Write(end, Match));
        }

        return compiler.Determinize(start);
    }

    private CharAutomaton Determinize(int start)
    {
        // Boundaries look at sets of their own; all that the pattern tells apart is divided once.
        var sets = new List<CodePointSet>(_sets);
        foreach (var boundary in _boundaries)
        {
            foreach (var set in (CodePointSet?[])[boundary.Before, boundary.After])
            {
                if (set is not null && !sets.Contains(set))
                {
                    sets.Add(set);
                }
            }
        }

        var ranges = new List<(int First, int Last, long Owner)>();
        for (var i = 0; i < sets.Count; i++)
        {
            foreach (var (first, last) in sets[i].Ranges)
            {
                ranges.Add((first, last, i));
            }
        }

        var classes = SymbolClasses.Divide(ranges);
        if ((long)sets.Count * classes.Count > RegularLimits.MostPatternMembers)
        {
            throw RegularLimits.TooLarge(
                Source,
                "kinds of characters told apart, times sets of them",
                RegularLimits.MostPatternMembers
            );
        }

        var members = new bool[sets.Count][];
        for (var i = 0; i < sets.Count; i++)
        {
            members[i] = new bool[classes.Count + 1];
            foreach (var (first, last) in sets[i].Ranges)
            {
                for (
                    var piece = classes.PieceAt(first);
                    piece < classes.PieceCount && classes.Starts[piece] <= last;
                    piece++
                )
                {
                    members[i][classes.ClassOf(piece)] = true;
                }
            }
        }

        var checks = _boundaries
            .Select(boundary => BoundaryCheck.Create(boundary, sets, members, classes.Count))
            .ToArray();
        var program = new PatternSteps([.. _steps], classes.Count, members, checks, [.. _looks]);
        return Convert(new PatternDeterminizer(program).Determinize(start, program.Edge).Minimize(), classes);
    }

    private static CharAutomaton Convert(ClassAutomaton automaton, SymbolClasses classes)
    {
        var builder = new CharAutomatonBuilder(Source);
        for (var state = 0; state < automaton.StateCount; state++)
        {
            builder.AddState(automaton.IsAccepting(state));
        }

        for (var state = 0; state < automaton.StateCount; state++)
        {
            for (var piece = 0; piece < classes.PieceCount; piece++)
            {
                if (automaton.Next(state, classes.ClassOf(piece)) is var target && target >= 0)
                {
                    builder.AddEdge(state, classes.Starts[piece], classes.LastOf(piece), target);
                }
            }
        }

        return builder.Build(minimize: false);
    }

    /// <summary>Writes the steps of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="next">The step behind it.</param>
    /// <returns>Its first step.</returns>
    private int Write(PatternNode node, int next)
    {
        switch (node)
        {
            case PatternNode.Empty:
                return next;
            case PatternNode.Characters characters:
                return Add(new(PatternStepKind.Take, NumberOf(characters.Set), next));
            case PatternNode.Sequence sequence:
                for (var i = sequence.Items.Count - 1; i >= 0; i--)
                {
                    next = Write(sequence.Items[i], next);
                }

                return next;
            case PatternNode.Alternation alternation:
            {
                var start = Write(alternation.Items[^1], next);
                for (var i = alternation.Items.Count - 2; i >= 0; i--)
                {
                    start = Add(new(PatternStepKind.Fork, start, Write(alternation.Items[i], next)));
                }

                return start;
            }

            case PatternNode.Repetition repetition:
                return Write(repetition, next);
            case PatternNode.Boundary boundary:
                return Add(new(PatternStepKind.Check, NumberOf(boundary), next));
            case PatternNode.LookAhead look:
                return Add(new(PatternStepKind.Look, NumberOf(look), next));
            default:
                throw new InvalidOperationException($"A pattern holds an unknown {node.GetType().Name}.");
        }
    }

    private int Write(PatternNode.Repetition repetition, int next)
    {
        var start = next;
        var copies = repetition.Least;
        if (repetition.Most < 0)
        {
            var loop = Reserve();
            var body = Write(repetition.Item, loop);
            _steps[loop] = new(PatternStepKind.Fork, next, body);
            start = copies == 0 ? loop : body;
            copies = Math.Max(copies - 1, 0);
        }
        else
        {
            for (var i = repetition.Least; i < repetition.Most; i++)
            {
                var body = Write(repetition.Item, start);
                if (body == start)
                {
                    break;
                }

                start = Add(new(PatternStepKind.Fork, next, body));
            }
        }

        for (var i = 0; i < copies; i++)
        {
            var body = Write(repetition.Item, start);
            if (body == start)
            {
                break;
            }

            start = body;
        }

        return start;
    }

    private int NumberOf(CodePointSet set)
    {
        var key = new string(MemoryMarshal.Cast<(int First, int Last), char>(set.Ranges));
        if (!_setNumbers.TryGetValue(key, out var number))
        {
            number = _sets.Count;
            _sets.Add(set.Intersect(EcmaSets.Scalars));
            _setNumbers.Add(key, number);
        }

        return number;
    }

    private int NumberOf(PatternNode.Boundary boundary)
    {
        if (!_boundaryNumbers.TryGetValue(boundary, out var number))
        {
            number = _boundaries.Count;
            _boundaries.Add(boundary);
            _boundaryNumbers.Add(boundary, number);
        }

        return number;
    }

    private int NumberOf(PatternNode.LookAhead look)
    {
        if (!_lookNumbers.TryGetValue(look, out var number))
        {
            var start = Write(look.Item, Match);
            number = _looks.Count;
            _looks.Add(new(start, look.IsNegative));
            _lookNumbers.Add(look, number);
        }

        return number;
    }

    private int Reserve() => Add(default);

    private int Add(PatternStep step)
    {
        if (_steps.Count >= RegularLimits.MostPatternSteps)
        {
            throw RegularLimits.TooLarge(
                Source,
                "steps, counted repetitions written out",
                RegularLimits.MostPatternSteps
            );
        }

        _steps.Add(step);
        return _steps.Count - 1;
    }
}
