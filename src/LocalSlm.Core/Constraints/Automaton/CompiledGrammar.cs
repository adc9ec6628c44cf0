using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Automaton;

/// <summary>A grammar as a program for a pushdown automaton over bytes. Immutable; safe to share.</summary>
internal sealed class CompiledGrammar
{
    private readonly byte[] _byteClasses = new byte[256];
    private readonly byte[] _classBytes;

    internal CompiledGrammar(
        Instruction[] instructions,
        int[] targets,
        CountedRepeat[] repeats,
        ByteAutomaton[] automata,
        int[] ruleEntries,
        int start
    )
    {
        Instructions = instructions;
        Targets = targets;
        Repeats = repeats;
        Automata = automata;
        RuleEntries = ruleEntries;
        Start = start;
        _classBytes = TellBytesApart();
    }

    public Instruction[] Instructions { get; }

    /// <summary>Gets the targets of all splits.</summary>
    public int[] Targets { get; }

    public CountedRepeat[] Repeats { get; }

    public ByteAutomaton[] Automata { get; }

    /// <summary>Gets the first instruction of each rule.</summary>
    public int[] RuleEntries { get; }

    /// <summary>Gets the first instruction of all.</summary>
    public int Start { get; }

    /// <summary>Gets the class of each byte: the grammar does not tell bytes of one class apart.</summary>
    public ReadOnlySpan<byte> ByteClasses => _byteClasses;

    /// <summary>Gets one byte of each class.</summary>
    public ReadOnlySpan<byte> ClassBytes => _classBytes;

    /// <summary>Compiles a grammar.</summary>
    /// <exception cref="GrammarException">It is too large, nested too deep, or a rule begins with itself.</exception>
    /// <param name="root">The grammar.</param>
    /// <param name="check">Called now and then; what it throws ends the compilation.</param>
    public static CompiledGrammar Compile(GrammarNode root, Action? check = null) =>
        GrammarCompiler.Compile(root, check);

    private byte[] TellBytesApart()
    {
        var singles = new bool[256];
        foreach (var instruction in Instructions)
        {
            if (instruction.Operation == Operation.Byte)
            {
                singles[instruction.Operand] = true;
            }
        }

        Span<int> classes = stackalloc int[256];
        var split = new Dictionary<(int, int), int>();
        for (var b = 0; b < 256; b++)
        {
            classes[b] = singles[b] ? b + 1 : 0;
        }

        foreach (var automaton in Automata)
        {
            split.Clear();
            var others = automaton.ByteClasses;
            for (var b = 0; b < 256; b++)
            {
                var key = (classes[b], (int)others[b]);
                if (!split.TryGetValue(key, out var made))
                {
                    made = split.Count;
                    split.Add(key, made);
                }

                classes[b] = made;
            }
        }

        var numbers = new Dictionary<int, byte>();
        var first = new List<byte>();
        for (var b = 0; b < 256; b++)
        {
            if (!numbers.TryGetValue(classes[b], out var number))
            {
                number = (byte)numbers.Count;
                numbers.Add(classes[b], number);
                first.Add((byte)b);
            }

            _byteClasses[b] = number;
        }

        return [.. first];
    }
}
