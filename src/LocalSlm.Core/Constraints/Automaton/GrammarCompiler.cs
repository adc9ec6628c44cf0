using System.Text;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Automaton;

/// <summary>Writes the instructions of a grammar, from the end to the beginning: whatever follows a node is there already.</summary>
internal sealed class GrammarCompiler
{
    /// <summary>Above it a grammar is refused: about 50 MB of instructions.</summary>
    private const int MostInstructions = 4_000_000;

    /// <summary>A choice of so many texts is written as a tree of their bytes.</summary>
    private const int LeastMergedTexts = 3;

    private readonly GrammarProperties _properties;
    private readonly NonEmptyForms _nonEmpty;
    private readonly List<Instruction> _instructions = [];
    private readonly List<int> _targets = [];
    private readonly List<CountedRepeat> _repeats = [];
    private readonly List<ByteAutomaton> _automata = [];
    private readonly Dictionary<ByteAutomaton, int> _automatonNumbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GrammarNode, int> _ruleNumbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<GrammarNode> _rules = [];
    private readonly Action? _check;
    private readonly int _never;

    private GrammarCompiler(GrammarNode root, Action? check)
    {
        _check = check;
        _properties = new GrammarProperties(root);
        _nonEmpty = new NonEmptyForms(_properties);
        _never = Add(Operation.Split, 0, 0);
    }

    /// <exception cref="GrammarException">It is too large, nested too deep, or a rule begins with itself.</exception>
    public static CompiledGrammar Compile(GrammarNode root, Action? check)
    {
        var compiler = new GrammarCompiler(root, check);
        var start = compiler.Emit(root, compiler.Add(Operation.Accept, 0, 0));

        // Rules are found while others are written.
        var entries = new List<int>();
        for (var i = 0; i < compiler._rules.Count; i++)
        {
            entries.Add(compiler.EmitRule(compiler._rules[i]));
        }

        return new CompiledGrammar(
            [.. compiler._instructions],
            [.. compiler._targets],
            [.. compiler._repeats],
            [.. compiler._automata],
            [.. entries],
            start
        );
    }

    private int EmitRule(GrammarNode node)
    {
        var end = Add(Operation.Return, 0, 0);
        return node is RuleNode rule ? Emit(rule.Body, end) : EmitInline(node, end);
    }

    private int Emit(GrammarNode node, int next)
    {
        if (!_properties.IsProductive(node))
        {
            return _never;
        }

        // What stands in several places is written once.
        if (node is RuleNode || (_properties.IsShared(node) && node is not SequenceNode { Items.Count: 0 }))
        {
            return Add(Operation.Call, NumberOf(node), next);
        }

        return EmitInline(node, next);
    }

    private int EmitInline(GrammarNode node, int next)
    {
        GrammarProperties.GuardDepth();
        switch (node)
        {
            case BytesNode bytes:
                return EmitBytes(bytes.Value.Span, next);
            case MarkerNode marker:
                return EmitBytes(MarkerBytes.Of(marker.Name), next);
            case AutomatonNode automaton:
                return Add(Operation.Automaton, NumberOf(automaton.Value), next);
            case SequenceNode sequence:
                for (var i = sequence.Items.Count - 1; i >= 0; i--)
                {
                    next = Emit(sequence.Items[i], next);
                }

                return next;
            case ChoiceNode choice:
                return EmitChoice(choice, next);
            case RepeatNode repeat:
                return EmitRepeat(repeat, next);
            default:
                throw new ArgumentException($"Nodes of type {node.GetType().Name} cannot be compiled.", nameof(node));
        }
    }

    private int EmitBytes(ReadOnlySpan<byte> bytes, int next)
    {
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            next = Add(Operation.Byte, bytes[i], next);
        }

        return next;
    }

    private int EmitChoice(ChoiceNode choice, int next)
    {
        var entries = new List<int>(choice.Options.Count);
        var texts = new List<ReadOnlyMemory<byte>>();
        foreach (var option in choice.Options)
        {
            if (option is BytesNode bytes)
            {
                texts.Add(bytes.Value);
            }
        }

        var merges = texts.Count >= LeastMergedTexts;
        foreach (var option in choice.Options)
        {
            if (!(merges && option is BytesNode) && _properties.IsProductive(option))
            {
                entries.Add(Emit(option, next));
            }
        }

        if (merges)
        {
            texts.Sort(static (x, y) => x.Span.SequenceCompareTo(y.Span));
            entries.Add(EmitTexts([.. texts], 0, next));
        }

        return EmitSplit(entries);
    }

    /// <summary>Writes sorted texts that are equal up to <paramref name="at"/> as a tree of bytes.</summary>
    private int EmitTexts(ReadOnlySpan<ReadOnlyMemory<byte>> texts, int at, int next)
    {
        if (texts.Length == 1)
        {
            return EmitBytes(texts[0].Span[at..], next);
        }

        GrammarProperties.GuardDepth();

        // What all of them begin with is written straight: trees of long texts are not deep then.
        var common = at + texts[0].Span[at..].CommonPrefixLength(texts[^1].Span[at..]);
        var entries = new List<int>();
        var from = 0;
        while (from < texts.Length && texts[from].Length == common)
        {
            from++;
        }

        if (from > 0)
        {
            entries.Add(next);
        }

        while (from < texts.Length)
        {
            var first = texts[from].Span[common];
            var to = from + 1;
            while (to < texts.Length && texts[to].Span[common] == first)
            {
                to++;
            }

            entries.Add(EmitTexts(texts[from..to], common, next));
            from = to;
        }

        return EmitBytes(texts[0].Span[at..common], EmitSplit(entries));
    }

    private int EmitSplit(List<int> entries)
    {
        if (entries.Count == 1)
        {
            return entries[0];
        }

        _targets.AddRange(entries);
        return Add(Operation.Split, _targets.Count - entries.Count, entries.Count);
    }

    private int EmitRepeat(RepeatNode repeat, int next)
    {
        var min = _properties.IsNullable(repeat.Item) ? 0 : repeat.Min;
        var item = _nonEmpty.Get(repeat.Item);
        if (repeat.Max == 0 || !_properties.IsProductive(item))
        {
            return min == 0 ? next : _never;
        }

        if (repeat.Max == 1)
        {
            return min == 1 ? Emit(item, next) : EmitSplit([Emit(item, next), next]);
        }

        if (repeat.Max is null && min <= 1)
        {
            // Its targets are known only when the item is written.
            var at = _targets.Count;
            _targets.AddRange([0, next]);
            var loop = Add(Operation.Split, at, 2);
            _targets[at] = Emit(item, loop);
            return min == 0 ? loop : _targets[at];
        }

        var number = _repeats.Count;
        _repeats.Add(default);
        var entry = Emit(item, Add(Operation.RepeatEnd, number, 0));
        _repeats[number] = new CountedRepeat(entry, next, min, repeat.Max ?? int.MaxValue);
        return Add(Operation.RepeatStart, number, 0);
    }

    private int NumberOf(GrammarNode rule)
    {
        if (!_ruleNumbers.TryGetValue(rule, out var number))
        {
            number = _rules.Count;
            _ruleNumbers.Add(rule, number);
            _rules.Add(rule);
        }

        return number;
    }

    private int NumberOf(ByteAutomaton automaton)
    {
        if (!_automatonNumbers.TryGetValue(automaton, out var number))
        {
            number = _automata.Count;
            _automatonNumbers.Add(automaton, number);
            _automata.Add(automaton);
        }

        return number;
    }

    private int Add(Operation operation, int operand, int next)
    {
        if (_instructions.Count >= MostInstructions)
        {
            throw new GrammarException(
                "grammar",
                $"it has more than {MostInstructions} parts. Allow fewer values, or shorter ones."
            );
        }

        if (_instructions.Count % 1024 == 0)
        {
            _check?.Invoke();
        }

        _instructions.Add(new Instruction(operation, operand, next));
        return _instructions.Count - 1;
    }
}
