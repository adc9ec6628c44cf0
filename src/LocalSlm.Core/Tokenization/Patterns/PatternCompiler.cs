namespace LocalSlm.Tokenization.Patterns;

/// <summary>Turns a parsed pattern into steps, from its end to its start.</summary>
internal sealed class PatternCompiler(string pattern)
{
    private const int MostInstructions = 20_000;

    private readonly Dictionary<CodePointSet, int> _setNumbers = [];

    public List<Instruction> Code { get; } = [];

    public List<CodePointSet> Sets { get; } = [];

    public List<PatternNode.Boundary> Boundaries { get; } = [];

    public List<LookAheadProgram> LookAheads { get; } = [];

    public int CompileWhole(PatternNode node) => Compile(node, Emit(Operation.Match, 0, 0));

    private int Compile(PatternNode node, int next)
    {
        switch (node)
        {
            case PatternNode.Empty:
                return next;
            case PatternNode.Characters characters:
                return Emit(Operation.Take, next, NumberOf(characters.Set));
            case PatternNode.Sequence sequence:
                for (var i = sequence.Items.Count - 1; i >= 0; i--)
                {
                    next = Compile(sequence.Items[i], next);
                }

                return next;
            case PatternNode.Alternation alternation:
            {
                var start = Compile(alternation.Items[^1], next);
                for (var i = alternation.Items.Count - 2; i >= 0; i--)
                {
                    start = Emit(Operation.Fork, Compile(alternation.Items[i], next), start);
                }

                return start;
            }

            case PatternNode.Repetition repetition:
                return CompileRepetition(repetition, next);
            case PatternNode.Boundary boundary:
                return CompileBoundary(boundary, next);
            case PatternNode.LookAhead lookAhead:
            {
                var first = Code.Count;
                var start = Compile(lookAhead.Item, Emit(Operation.Match, 0, 0));
                LookAheads.Add(new LookAheadProgram(start, first, Code.Count, lookAhead.IsNegative));
                return Emit(Operation.LookAhead, next, LookAheads.Count - 1);
            }

            default:
                throw new InvalidOperationException($"No code for {node.GetType().Name}.");
        }
    }

    private int CompileRepetition(PatternNode.Repetition repetition, int next)
    {
        var end = next;
        if (repetition.Most < 0)
        {
            // The fork comes first and is pointed at the item once that is known.
            var fork = Emit(Operation.Fork, 0, 0);
            var item = Compile(repetition.Item, fork);
            Code[fork] = Fork(item, next, repetition.IsLazy);
            end = fork;
        }
        else
        {
            for (var i = repetition.Least; i < repetition.Most; i++)
            {
                var item = Compile(repetition.Item, end);
                end = Emit(Fork(item, next, repetition.IsLazy));
            }
        }

        for (var i = 0; i < repetition.Least; i++)
        {
            end = Compile(repetition.Item, end);
        }

        return end;
    }

    private static Instruction Fork(int item, int next, bool isLazy) =>
        isLazy ? new(Operation.Fork, next, item) : new(Operation.Fork, item, next);

    private int CompileBoundary(PatternNode.Boundary boundary, int next)
    {
        if (boundary.Before is { } before)
        {
            NumberOf(before);
        }

        if (boundary.After is { } after)
        {
            NumberOf(after);
        }

        var number = Boundaries.IndexOf(boundary);
        if (number < 0)
        {
            number = Boundaries.Count;
            Boundaries.Add(boundary);
        }

        return Emit(Operation.Check, next, number);
    }

    private int NumberOf(CodePointSet set)
    {
        if (!_setNumbers.TryGetValue(set, out var number))
        {
            number = Sets.Count;
            _setNumbers.Add(set, number);
            Sets.Add(set);
        }

        return number;
    }

    private int Emit(Operation operation, int next, int argument) => Emit(new Instruction(operation, next, argument));

    private int Emit(Instruction instruction)
    {
        if (Code.Count >= MostInstructions)
        {
            throw new FormatException(
                $"The pattern '{(pattern.Length <= 80 ? pattern : pattern[..80] + "…")}' takes more than {MostInstructions} steps. Its counts multiply; lower them."
            );
        }

        Code.Add(instruction);
        return Code.Count - 1;
    }
}
