using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Masking;

namespace LocalSlm.Constraints.Shaping;

/// <summary>The state of one reply within its shape: a value that the tokens so far make. The owner thread's own.</summary>
internal sealed class ReplyState
{
    private ReplyPosition _position;

    public ReplyState(PreparedShape shape)
    {
        Shape = shape;
        Enter(ref _position, 0);
    }

    private ReplyState(ReplyState other)
    {
        Shape = other.Shape;
        _position = other._position;
    }

    public PreparedShape Shape { get; }

    public TokenBytes Tokens => Shape.Tokens;

    /// <summary>Gets the phase.</summary>
    public PreparedPhase Phase => Shape.Phases[_position.Phase];

    /// <summary>Gets the state of the phase's grammar; <see langword="null"/> in free text.</summary>
    public GrammarState? Grammar => _position.Grammar;

    /// <summary>Gets a value indicating whether the reply is complete, and nothing may follow.</summary>
    public bool IsOver => _position.Grammar is { IsComplete: true, IsTerminal: true } && Phase.Grammar!.Next is null;

    /// <summary>Gets a value indicating whether the reply may end here.</summary>
    public bool MayEnd => _position.Grammar is { } grammar ? grammar.IsComplete : Phase.Free!.MayEnd;

    /// <summary>Gets a value indicating whether the masks of the phase's grammar alone tell what may follow.</summary>
    public bool IsBoundByMask =>
        _position.Grammar is { } grammar && (Phase.Grammar!.Next is null || !grammar.IsComplete);

    /// <summary>Gets a value indicating whether a phase of free text has used up its tokens.</summary>
    public bool IsBudgetSpent => Phase.Free is { BudgetTokens: { } budget } && _position.Tokens >= budget;

    /// <summary>Goes on by a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="ignoresSpace">Whether a space at its beginning does not count.</param>
    /// <returns><see langword="false"/> if it is not allowed; nothing has changed then.</returns>
    public bool TryAdvance(int token, bool ignoresSpace = false)
    {
        var position = _position;
        var bytes = Tokens.Get(token);
        if (bytes.IsEmpty)
        {
            // It stands for no text: a matter of free text alone.
            if (position.Grammar is not null)
            {
                return false;
            }
        }
        else if (!TryFeed(ref position, ignoresSpace && bytes[0] == (byte)' ' ? bytes[1..] : bytes))
        {
            return false;
        }

        if (position.Phase == _position.Phase)
        {
            position.Tokens++;
        }

        _position = position;
        return true;
    }

    /// <summary>Goes on by text that the grammar forces.</summary>
    public void Force(ReadOnlySpan<byte> bytes)
    {
        var position = _position;
        if (!TryFeed(ref position, bytes))
        {
            throw new InvalidOperationException("Text that the grammar forces is not allowed by it.");
        }

        _position = position;
    }

    /// <summary>Goes on behind the text that closes the phase.</summary>
    public void Close()
    {
        var free = Phase.Free!;
        var next = free.NextAfterClosing;
        var (state, start) = (TriggerAutomaton.Start, TriggerAutomaton.Missed);
        ReadOnlySpan<byte> rest = System.Text.Encoding.UTF8.GetBytes(free.ClosingText ?? "");
        while (!rest.IsEmpty)
        {
            var found = Phase.Triggers!.Advance(rest[0], ref state, ref start);
            rest = rest[1..];
            if (found is { Next: { } behind })
            {
                next = behind;
                break;
            }
        }

        if (next is { } phase)
        {
            Enter(ref _position, phase);

            // What closes a phase may hold the beginning of the next one.
            var position = _position;
            if (TryFeed(ref position, rest))
            {
                _position = position;
            }
        }
        else
        {
            // Nothing says where it would end: it goes on without a budget to spend again.
            _position.Tokens = int.MinValue;
        }
    }

    /// <summary>Looks whether the grammar's cache was emptied meanwhile.</summary>
    public void Refresh()
    {
        if (_position.Grammar is { } grammar)
        {
            _position.Grammar = Phase.Masks!.States.Refresh(grammar);
        }
    }

    public ReplyState Clone() => new(this);

    private bool TryFeed(ref ReplyPosition position, ReadOnlySpan<byte> bytes)
    {
        var phases = Shape.Phases.Count;
        while (!bytes.IsEmpty)
        {
            var phase = Shape.Phases[position.Phase];
            var before = bytes.Length;
            var goesOn = phase.Free is null
                ? TryFeedGrammar(phase, ref position, ref bytes)
                : TryFeedFree(phase, ref position, ref bytes);

            // Phases that take nothing may lead round in a circle.
            if (!goesOn || (bytes.Length == before && --phases < 0))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryFeedFree(PreparedPhase phase, ref ReplyPosition position, ref ReadOnlySpan<byte> bytes)
    {
        var isControl = bytes[0] == MarkerBytes.Begin;
        var text = isControl ? bytes[1..^1] : bytes;
        for (var i = 0; i < text.Length; i++)
        {
            var found = phase.Triggers!.Advance(text[i], ref position.Trigger, ref position.StartTrigger);
            if (found is null)
            {
                continue;
            }

            if (found.Next is not { } next || (isControl && i + 1 < text.Length))
            {
                return false;
            }

            Enter(ref position, next);
            bytes = text[(i + 1)..];
            return true;
        }

        bytes = [];
        return true;
    }

    private bool TryFeedGrammar(PreparedPhase phase, ref ReplyPosition position, ref ReadOnlySpan<byte> bytes)
    {
        var states = phase.Masks!.States;
        var state = position.Grammar!;
        for (var i = 0; i < bytes.Length; i++)
        {
            var next = states.Step(state, bytes[i]);
            if (next == GrammarState.Dead)
            {
                if (!state.IsComplete || phase.Grammar!.Next is not { } behind)
                {
                    return false;
                }

                Enter(ref position, behind);
                bytes = bytes[i..];
                return true;
            }

            state = next;
            if (
                phase.Triggers is { } openings
                && bytes[i] is not (MarkerBytes.Begin or MarkerBytes.End)
                && openings.Advance(bytes[i], ref position.Trigger, ref position.StartTrigger) is { Next: { } opened }
            )
            {
                var end = i + 1 < bytes.Length && bytes[i + 1] == MarkerBytes.End ? i + 2 : i + 1;
                Enter(ref position, opened);
                bytes = bytes[end..];
                return true;
            }
        }

        position.Grammar = state;
        bytes = [];
        if (state.IsTerminal && phase.Grammar!.Next is { } last)
        {
            Enter(ref position, last);
        }

        return true;
    }

    private void Enter(ref ReplyPosition position, int number)
    {
        // A grammar of the empty text alone is over at once.
        for (var left = Shape.Phases.Count; ; left--)
        {
            position = new ReplyPosition { Phase = number };
            var phase = Shape.Phases[number];
            position.Grammar = phase.Masks?.States.Start;
            if (position.Grammar is not { IsTerminal: true } || phase.Grammar!.Next is not { } next || left <= 0)
            {
                return;
            }

            number = next;
        }
    }
}
