namespace LocalSlm.Constraints.Automaton;

/// <summary>What masks keep of a state.</summary>
internal sealed class StateMasks
{
    /// <summary>Gets or sets the state whose masks stand for this one's: the same but for counters that are far from their limits.</summary>
    public GrammarState? Representative { get; set; }

    /// <summary>Gets or sets the allowed tokens.</summary>
    public ulong[]? Allowed { get; set; }

    /// <summary>Gets or sets the allowed tokens where a space at the beginning of the token does not count.</summary>
    public ulong[]? AllowedBehindSpace { get; set; }

    /// <summary>Gets or sets the state behind any character that stands unescaped in a JSON string; <see cref="GrammarState.Dead"/> if
    /// there is no such state, <see langword="null"/> if not known yet.</summary>
    public GrammarState? BehindJson { get; set; }

    /// <summary>Gets or sets the same for any character that is no punctuation.</summary>
    public GrammarState? BehindWord { get; set; }
}
