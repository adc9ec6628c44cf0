namespace LocalSlm.Constraints.Automaton;

/// <summary>All ways in which a text may have been read so far: a state of the determinised automaton. Owned by its
/// <see cref="GrammarStates"/>.</summary>
internal sealed class GrammarState(Configuration[] configurations, bool isComplete, int classes, int epoch)
{
    /// <summary>Stands for every text that is not allowed.</summary>
    public static GrammarState Dead { get; } = new([], false, 0, -1);

    public ReadOnlySpan<Configuration> Configurations => configurations;

    /// <summary>Gets a value indicating whether the text may end here.</summary>
    public bool IsComplete => isComplete;

    /// <summary>Gets a value indicating whether nothing may follow.</summary>
    public bool IsTerminal => configurations.Length == 0;

    public int Epoch => epoch;

    /// <summary>Gets the states behind each class of bytes; <see langword="null"/> where not known yet.</summary>
    public GrammarState?[] Next { get; } = classes == 0 ? [] : new GrammarState?[classes];

    /// <summary>Gets or sets the next state with the same hash.</summary>
    public GrammarState? SameHash { get; set; }

    /// <summary>Gets or sets what masks of this state keep.</summary>
    public StateMasks? Masks { get; set; }

    /// <summary>Gets or sets the text that must follow, once known.</summary>
    public ForcedText? Forced { get; set; }
}
