namespace LocalSlm.Constraints;

/// <summary>The model writes what it likes, until a trigger stands in its text.</summary>
internal sealed record FreePhase : ReplyPhase
{
    /// <summary>Gets what ends the phase.</summary>
    public IReadOnlyList<PhaseTrigger> Triggers { get; init; } = [];

    /// <summary>Gets a value indicating whether the reply may end in this phase. Where it may not, an end-of-generation token that the
    /// model chooses is replaced by <see cref="ClosingText"/>, or is not allowed if there is none.</summary>
    public bool MayEnd { get; init; } = true;

    /// <summary>Gets the most tokens of the phase; <see langword="null"/> for no limit. Afterwards <see cref="ClosingText"/> is
    /// appended without sampling.</summary>
    public int? BudgetTokens { get; init; }

    /// <summary>Gets the text that ends the phase properly, such as <c>\n&lt;/think&gt;\n\n</c>; control tokens in it are told by their
    /// names. It must hold a trigger, or the phase ends behind it in <see cref="NextAfterClosing"/>.</summary>
    public string? ClosingText { get; init; }

    /// <summary>Gets the phase behind <see cref="ClosingText"/>.</summary>
    public int? NextAfterClosing { get; init; }
}
