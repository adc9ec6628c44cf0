namespace LocalSlm.Constraints.Automaton;

/// <summary>What an instruction of a compiled grammar does.</summary>
internal enum Operation : byte
{
    /// <summary>Takes one byte.</summary>
    Byte,

    /// <summary>Takes what a finite automaton takes.</summary>
    Automaton,

    /// <summary>Goes on in several places at once; in none: nothing matches.</summary>
    Split,

    /// <summary>Enters a rule and goes on behind it.</summary>
    Call,

    /// <summary>Leaves a rule.</summary>
    Return,

    /// <summary>Begins a counted repeat.</summary>
    RepeatStart,

    /// <summary>Ends one round of a counted repeat.</summary>
    RepeatEnd,

    /// <summary>The whole text is complete.</summary>
    Accept,
}
