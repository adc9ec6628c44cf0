using LocalSlm.Constraints.Masking;

namespace LocalSlm.Constraints.Shaping;

/// <summary>A phase of a reply, ready to be used.</summary>
/// <param name="Free">The phase of free text, or <see langword="null"/>.</param>
/// <param name="Triggers">Its triggers; those of a grammar are its openings, <see langword="null"/> if it has none.</param>
/// <param name="Grammar">The phase of a grammar, or <see langword="null"/>.</param>
/// <param name="Masks">Its masks.</param>
internal sealed record PreparedPhase(
    FreePhase? Free,
    TriggerAutomaton? Triggers,
    GrammarPhase? Grammar,
    GrammarMasks? Masks
);
