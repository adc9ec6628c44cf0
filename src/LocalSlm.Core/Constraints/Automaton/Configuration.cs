namespace LocalSlm.Constraints.Automaton;

/// <summary>One way in which a text may have been read so far.</summary>
/// <param name="Place">The instruction that takes the next byte.</param>
/// <param name="State">The state of its finite automaton, or 0.</param>
/// <param name="Stack">The stack.</param>
internal readonly record struct Configuration(int Place, int State, Frame Stack) : IComparable<Configuration>
{
    public int CompareTo(Configuration other) =>
        Place != other.Place ? Place.CompareTo(other.Place)
        : State != other.State ? State.CompareTo(other.State)
        : Stack.Id.CompareTo(other.Stack.Id);
}
