using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>A pattern as steps over classes of characters.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="ClassCount">The number of classes. The number itself stands for the edge of the text.</param>
/// <param name="Members">For each set, which classes it holds; the first set holds all that a text can.</param>
/// <param name="Checks">What <see cref="PatternStepKind.Check"/> asks.</param>
/// <param name="Looks">What <see cref="PatternStepKind.Look"/> asks.</param>
internal sealed record PatternSteps(
    PatternStep[] Steps,
    int ClassCount,
    bool[][] Members,
    BoundaryCheck[] Checks,
    PatternLook[] Looks
)
{
    /// <summary>Gets the number that stands for the start of the text before it, and for its end behind it.</summary>
    public int Edge => ClassCount;
}
