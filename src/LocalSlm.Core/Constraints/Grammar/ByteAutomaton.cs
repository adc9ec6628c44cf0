namespace LocalSlm.Constraints.Grammar;

/// <summary>A deterministic finite automaton over bytes. Every state can still reach acceptance: what cannot is <see cref="Dead"/>.
/// Immutable; safe to share.</summary>
internal sealed class ByteAutomaton
{
    /// <summary>No text with this beginning is accepted.</summary>
    public const int Dead = -1;

    /// <summary>The state before the first byte.</summary>
    public const int Start = 0;

    private readonly byte[] _byteClasses;
    private readonly int[] _transitions;
    private readonly bool[] _accepting;
    private readonly int[]? _rows;
    private readonly int[]? _owners;

    /// <summary>Creates it from a full table.</summary>
    /// <param name="byteClasses">The class of each of the 256 bytes.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <param name="transitions">The next state by <c>state * classCount + class</c>, or <see cref="Dead"/>.</param>
    /// <param name="accepting">Whether a text may end in the state.</param>
    public ByteAutomaton(byte[] byteClasses, int classCount, int[] transitions, bool[] accepting) =>
        (_byteClasses, ClassCount, _transitions, _accepting) = (byteClasses, classCount, transitions, accepting);

    /// <summary>Creates it from rows that lie over each other, each in the gaps of the others: for many states with few transitions.</summary>
    /// <param name="byteClasses">The class of each of the 256 bytes.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <param name="transitions">The next state by <c>rows[state] + class</c>, where the entry is the state's own.</param>
    /// <param name="owners">The state to which each entry belongs, or <see cref="Dead"/>.</param>
    /// <param name="rows">Where each state's row begins.</param>
    /// <param name="accepting">Whether a text may end in the state.</param>
    public ByteAutomaton(
        byte[] byteClasses,
        int classCount,
        int[] transitions,
        int[] owners,
        int[] rows,
        bool[] accepting
    )
        : this(byteClasses, classCount, transitions, accepting) => (_owners, _rows) = (owners, rows);

    /// <summary>Gets the number of states; 0 for the automaton that accepts nothing.</summary>
    public int StateCount => _accepting.Length;

    /// <summary>Gets the number of classes of bytes that are told apart.</summary>
    public int ClassCount { get; }

    /// <summary>Gets the class of each byte.</summary>
    public ReadOnlySpan<byte> ByteClasses => _byteClasses;

    /// <summary>Gets the next state.</summary>
    public int Next(int state, byte value)
    {
        if (_rows is null)
        {
            return _transitions[(state * ClassCount) + _byteClasses[value]];
        }

        var entry = _rows[state] + _byteClasses[value];
        return _owners![entry] == state ? _transitions[entry] : Dead;
    }

    /// <summary>Tells whether a text may end here.</summary>
    public bool IsAccepting(int state) => _accepting[state];
}
