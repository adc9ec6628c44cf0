using LocalSlm.Constraints.Automaton;

namespace LocalSlm.Constraints.Shaping;

/// <summary>How far a reply has come in its shape: a value.</summary>
internal struct ReplyPosition
{
    /// <summary>The phase.</summary>
    public int Phase;

    /// <summary>The state of its grammar; <see langword="null"/> in free text.</summary>
    public GrammarState? Grammar;

    /// <summary>The state of its triggers.</summary>
    public int Trigger;

    /// <summary>The state of its triggers at the start.</summary>
    public int StartTrigger;

    /// <summary>The tokens of the phase so far.</summary>
    public int Tokens;
}
