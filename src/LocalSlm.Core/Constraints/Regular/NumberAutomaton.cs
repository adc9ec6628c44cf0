namespace LocalSlm.Constraints.Regular;

/// <summary>Builds the language of numbers whose plain spelling (<c>-?(0|[1-9][0-9]*)(\.[0-9]+)?</c>, without a minus before zero) a
/// rule accepts that reads digit after digit.</summary>
/// <typeparam name="TState">What the rule remembers.</typeparam>
internal sealed class NumberAutomaton<TState>
    where TState : struct, IEquatable<TState>
{
    private readonly Func<TState, int, bool, TState?> _read;
    private readonly Func<TState, bool, bool> _accepts;
    private readonly CharAutomatonBuilder _builder = new("number");
    private readonly Dictionary<Place, int> _states = [];
    private readonly Queue<Place> _open = new();

    private NumberAutomaton(Func<TState, int, bool, TState?> read, Func<TState, bool, bool> accepts) =>
        (_read, _accepts) = (read, accepts);

    private enum Part
    {
        Start,
        Sign,
        Zero,
        Integer,
        Point,
        Fraction,
    }

    /// <summary>Builds it.</summary>
    /// <param name="start">What is remembered before the first digit.</param>
    /// <param name="read">Gets what is remembered behind a digit, or nothing if no number goes on so: the state before, the digit,
    /// and whether it stands behind the point.</param>
    /// <param name="accepts">Tells whether a number may end: the state, and whether the number is below 0.</param>
    public static CharAutomaton Build(
        TState start,
        Func<TState, int, bool, TState?> read,
        Func<TState, bool, bool> accepts
    ) => new NumberAutomaton<TState>(read, accepts).Explore(new(Part.Start, false, false, start));

    private CharAutomaton Explore(Place start)
    {
        Reach(start);
        for (var from = 0; _open.TryDequeue(out var place); from++)
        {
            if (place.Part == Part.Start)
            {
                _builder.AddEdge(from, '-', '-', Reach(place with { Part = Part.Sign, IsNegative = true }));
            }
            else if (place.Part is Part.Zero or Part.Integer)
            {
                _builder.AddEdge(from, '.', '.', Reach(place with { Part = Part.Point }));
            }

            for (var digit = place.Part == Part.Zero ? 10 : 0; digit <= 9; digit++)
            {
                var part =
                    place.Part >= Part.Point ? Part.Fraction
                    : digit == 0 && place.Part <= Part.Sign ? Part.Zero
                    : Part.Integer;
                if (_read(place.State, digit, part == Part.Fraction) is { } state)
                {
                    var next = new Place(part, place.IsNegative, place.IsNotZero || digit != 0, state);
                    _builder.AddEdge(from, '0' + digit, '0' + digit, Reach(next));
                }
            }
        }

        return _builder.Build();
    }

    private int Reach(Place place)
    {
        if (!_states.TryGetValue(place, out var state))
        {
            state = _builder.AddState(
                place.Part is Part.Zero or Part.Integer or Part.Fraction
                    && (place.IsNotZero || !place.IsNegative)
                    && _accepts(place.State, place.IsNegative)
            );
            _states.Add(place, state);
            _open.Enqueue(place);
        }

        return state;
    }

    private readonly record struct Place(Part Part, bool IsNegative, bool IsNotZero, TState State);
}
