namespace LocalSlm.Tools;

/// <summary>Which of a syntax's markers count.</summary>
/// <param name="AtStart">Whether nothing stands before them but white space.</param>
/// <param name="InReasoning">Whether they stand in reasoning.</param>
/// <param name="Calls">Whether the request has tools.</param>
/// <param name="ReasoningBroken">Whether a call broke off reasoning that was not closed.</param>
internal readonly record struct MarkerChoice(bool AtStart, bool InReasoning, bool Calls, bool ReasoningBroken)
{
    /// <summary>The number of choices.</summary>
    public const int Count = 16;

    /// <summary>Gets the number of this choice.</summary>
    public int Index => (AtStart ? 1 : 0) | (InReasoning ? 2 : 0) | (Calls ? 4 : 0) | (ReasoningBroken ? 8 : 0);
}
