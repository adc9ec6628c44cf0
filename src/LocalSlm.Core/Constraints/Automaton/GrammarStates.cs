using System.Runtime.InteropServices;

namespace LocalSlm.Constraints.Automaton;

/// <summary>The states of a grammar, made as they are met. Bounded: when they take too much memory, all are forgotten and made anew;
/// states that are still held stay right. Not safe for concurrent use.</summary>
internal sealed class GrammarStates
{
    /// <summary>The deepest stack: what would be nested deeper is not allowed. JSON takes two or three entries for each level.</summary>
    internal const int MostDepth = 4096;

    /// <summary>The most ways to read one text.</summary>
    internal const int MostConfigurations = 20_000;

    private const int MostForcedBytes = 16 * 1024;
    private const int MostConfigurationsSeen = 4 * MostConfigurations;
    private const int FrameBytes = 120;
    private const int ConfigurationBytes = 16;
    private const int StateBytes = 96;

    private readonly FrameTable _frames;
    private readonly Dictionary<int, GrammarState> _states = [];
    private readonly Stack<(int Place, Frame Stack)> _work = new();
    private readonly HashSet<(int Place, int Stack)> _seen = [];
    private readonly List<Configuration> _found = [];
    private readonly AutomatonFollowers _followers;
    private readonly long _mostBytes;
    private long _stateBytes;
    private bool _completes;

    /// <param name="grammar">The grammar.</param>
    /// <param name="mostBytes">The memory of the states, about.</param>
    public GrammarStates(CompiledGrammar grammar, long mostBytes = 16 << 20)
    {
        Grammar = grammar;
        _mostBytes = mostBytes;
        _frames = new FrameTable(grammar);
        _followers = new AutomatonFollowers(grammar.Automata);
    }

    public CompiledGrammar Grammar { get; }

    /// <summary>Gets the state before the first byte.</summary>
    public GrammarState Start
    {
        get
        {
            Begin();
            _work.Push((Grammar.Start, _frames.Bottom));
            Follow();
            return Intern();
        }
    }

    private long KeptBytes => _stateBytes + MaskBytes + ((long)_frames.Count * FrameBytes);

    /// <summary>Gets or sets the memory of masks, which is part of the bound.</summary>
    public long MaskBytes { get; set; }

    /// <summary>Gets how many configurations were looked at so far: a measure of time.</summary>
    public long Work { get; private set; }

    /// <summary>Gets how often everything was forgotten.</summary>
    public int Epoch => _frames.Epoch;

    /// <summary>Gets the state behind a byte; <see cref="GrammarState.Dead"/> if it is not allowed.</summary>
    public GrammarState Step(GrammarState state, byte value)
    {
        if (state.IsTerminal)
        {
            return GrammarState.Dead;
        }

        var number = Grammar.ByteClasses[value];
        return state.Next[number] ?? StepClass(state, number);
    }

    /// <summary>Gets the state behind some bytes; <see cref="GrammarState.Dead"/> if they are not allowed.</summary>
    public GrammarState Step(GrammarState state, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            state = Step(state, value);
            if (state == GrammarState.Dead)
            {
                break;
            }
        }

        return state;
    }

    /// <summary>Computes the state behind a class of bytes.</summary>
    /// <exception cref="GrammarException">The text can be read in too many ways.</exception>
    public GrammarState StepClass(GrammarState state, int number)
    {
        var value = Grammar.ClassBytes[number];
        Work += state.Configurations.Length + 1;
        Begin();
        foreach (var configuration in state.Configurations)
        {
            var instruction = Grammar.Instructions[configuration.Place];
            if (instruction.Operation == Operation.Byte)
            {
                if (instruction.Operand == value)
                {
                    _work.Push((instruction.Next, configuration.Stack));
                }

                continue;
            }

            var next = Grammar.Automata[instruction.Operand].Next(configuration.State, value);
            if (next >= 0)
            {
                Enter(configuration.Place, next, configuration.Stack);
            }
        }

        Follow();
        return state.Next[number] = Intern();
    }

    /// <summary>Gets the state of this time for one that is held: itself, unless everything was forgotten since. To be called
    /// between tokens; forgets everything where too much is kept.</summary>
    public GrammarState Refresh(GrammarState state)
    {
        if (KeptBytes > _mostBytes)
        {
            Forget();
        }

        if (state.Epoch == Epoch || state == GrammarState.Dead)
        {
            return state;
        }

        Begin();
        _completes = state.IsComplete;
        foreach (var configuration in state.Configurations)
        {
            _found.Add(configuration with { Stack = _frames.Adopt(configuration.Stack) });
        }

        return Intern();
    }

    /// <summary>Gets the state that stands for one when texts of at most <paramref name="reach"/> bytes are looked at. One reach for
    /// all calls.</summary>
    public GrammarState Clamp(GrammarState state, int reach)
    {
        if (Grammar.Repeats.Length == 0)
        {
            return state;
        }

        Begin();
        _completes = state.IsComplete;
        var changed = false;
        foreach (var configuration in state.Configurations)
        {
            var stack = _frames.Clamp(configuration.Stack, reach);
            changed |= stack != configuration.Stack;
            _found.Add(configuration with { Stack = stack });
        }

        return changed ? Intern() : state;
    }

    /// <summary>Gets what must follow a state.</summary>
    public ForcedText Force(GrammarState state)
    {
        if (state.Forced is { } known)
        {
            return known;
        }

        List<byte>? bytes = null;
        var at = state;

        // A grammar without an end would force for ever.
        while (FindOnly(at) is { } only && (bytes?.Count ?? 0) < MostForcedBytes)
        {
            at = Step(at, only);
            (bytes ??= []).Add(only);
        }

        return state.Forced = new ForcedText(bytes is null ? [] : [.. bytes], at);
    }

    /// <summary>Forgets everything if many times more is kept than should be: one mask may take so much.</summary>
    public void ForgetIfFarTooLarge()
    {
        if (KeptBytes / 8 > _mostBytes)
        {
            Forget();
        }
    }

    private void Forget()
    {
        _states.Clear();
        _frames.Forget();
        _stateBytes = 0;
        MaskBytes = 0;
    }

    private byte? FindOnly(GrammarState state)
    {
        if (state.IsComplete || state.IsTerminal)
        {
            return null;
        }

        var only = -1;
        foreach (var configuration in state.Configurations)
        {
            var instruction = Grammar.Instructions[configuration.Place];
            var value =
                instruction.Operation == Operation.Byte
                    ? instruction.Operand
                    : _followers.OnlyByte(instruction.Operand, configuration.State);
            if (value < 0 || (only >= 0 && value != only))
            {
                return null;
            }

            only = value;
        }

        return (byte)only;
    }

    private void Begin()
    {
        _found.Clear();
        _seen.Clear();
        _work.Clear();
        _completes = false;
    }

    /// <summary>Finds all configurations that are reached without a byte.</summary>
    private void Follow()
    {
        while (_work.TryPop(out var at))
        {
            if (!_seen.Add((at.Place, at.Stack.Id)))
            {
                continue;
            }

            if (_seen.Count > MostConfigurationsSeen)
            {
                throw TooAmbiguous();
            }

            var instruction = Grammar.Instructions[at.Place];
            switch (instruction.Operation)
            {
                case Operation.Byte:
                    Find(at.Place, 0, at.Stack);
                    break;
                case Operation.Automaton:
                    Enter(at.Place, 0, at.Stack);
                    break;
                case Operation.Split:
                    foreach (var target in Grammar.Targets.AsSpan(instruction.Operand, instruction.Next))
                    {
                        _work.Push((target, at.Stack));
                    }

                    break;
                case Operation.Call:
                    PushCall(instruction, at.Stack);
                    break;
                case Operation.Return:
                    _work.Push((at.Stack.Site, at.Stack.Parent!));
                    break;
                case Operation.RepeatStart:
                    Round(instruction.Operand, 0, at.Stack);
                    break;
                case Operation.RepeatEnd:
                    Round(instruction.Operand, at.Stack.Count + 1, at.Stack.Parent!);
                    break;
                case Operation.Accept:
                    _completes = true;
                    break;
            }
        }
    }

    private void PushCall(Instruction call, Frame stack)
    {
        // A call that is the last thing of a rule needs no way back: lists by recursion stay flat.
        if (Grammar.Instructions[call.Next].Operation == Operation.Return)
        {
            _work.Push((Grammar.RuleEntries[call.Operand], stack));
        }
        else if (stack.Depth < MostDepth)
        {
            _work.Push((Grammar.RuleEntries[call.Operand], _frames.Push(stack, call.Next, Frame.IsReturn)));
        }
    }

    /// <summary>Goes on behind some rounds of a repeat.</summary>
    private void Round(int number, int count, Frame stack)
    {
        var repeat = Grammar.Repeats[number];
        if (count >= repeat.Min)
        {
            _work.Push((repeat.Exit, stack));
        }

        if (count < repeat.Max && stack.Depth < MostDepth)
        {
            // Without an upper limit only the lower one counts.
            count = repeat.Max == int.MaxValue ? Math.Min(count, repeat.Min) : count;
            _work.Push((repeat.Entry, _frames.Push(stack, number, count)));
        }
    }

    /// <summary>Comes into a state of a finite automaton.</summary>
    private void Enter(int place, int state, Frame stack)
    {
        var instruction = Grammar.Instructions[place];
        if (_followers.HasAny(instruction.Operand, state))
        {
            Find(place, state, stack);
        }

        if (Grammar.Automata[instruction.Operand].IsAccepting(state))
        {
            _work.Push((instruction.Next, stack));
        }
    }

    private void Find(int place, int state, Frame stack)
    {
        _found.Add(new Configuration(place, state, stack));
        if (_found.Count > MostConfigurations)
        {
            throw TooAmbiguous();
        }
    }

    private GrammarState Intern()
    {
        if (_found.Count == 0 && !_completes)
        {
            return GrammarState.Dead;
        }

        _found.Sort();
        var found = CollectionsMarshal.AsSpan(_found);
        var count = 0;
        var hash = default(HashCode);
        foreach (var configuration in found)
        {
            if (count == 0 || configuration != found[count - 1])
            {
                found[count++] = configuration;
                hash.Add(configuration.Place);
                hash.Add(configuration.State);
                hash.Add(configuration.Stack.Id);
            }
        }

        found = found[..count];
        hash.Add(_completes);
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_states, hash.ToHashCode(), out _);
        for (var state = first; state is not null; state = state.SameHash)
        {
            if (state.IsComplete == _completes && state.Configurations.SequenceEqual(found))
            {
                return state;
            }
        }

        var classes = Grammar.ClassBytes.Length;
        _stateBytes += StateBytes + ((long)count * ConfigurationBytes) + (8L * classes);
        return first = new GrammarState(found.ToArray(), _completes, classes, Epoch) { SameHash = first };
    }

    private static GrammarException TooAmbiguous() =>
        new("grammar", $"a text can be read in more than {MostConfigurations} ways. Make its alternatives differ.");
}
