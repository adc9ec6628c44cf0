using LocalSlm.Constraints;
using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>What becomes of the model's thinking in one reply, as the prompt's end and the request have it.</summary>
/// <param name="Tags">How thinking is marked; <see langword="null"/> if the model does not think in this reply.</param>
/// <param name="IsOpen">Whether the prompt has begun it already.</param>
/// <param name="BudgetTokens">The most tokens of it; <see langword="null"/> for no limit.</param>
internal readonly record struct ReasoningPlan(ReasoningTags? Tags, bool IsOpen, int? BudgetTokens)
{
    // For templates that cannot tell the model how much to think. ExtraHigh has no limit but that of the reply.
    private const int LowTokens = 512;

    /// <summary>The tokens of a medium effort.</summary>
    public const int MediumTokens = 2048;

    private const int HighTokens = 8192;

    /// <summary>Gets a value indicating whether the model may begin it.</summary>
    public bool MayOpen => Tags is not null && !IsOpen && BudgetTokens != 0;

    /// <summary>Gets a value indicating whether the model must be kept from beginning it.</summary>
    public bool MustNotOpen => Tags is not null && !IsOpen && BudgetTokens == 0;

    /// <summary>Gets the tokens that a wish comes to.</summary>
    /// <param name="wish">The wish.</param>
    /// <param name="templateTakesEffort">Whether the template tells the model itself how much to think.</param>
    /// <returns>The tokens, or <see langword="null"/> for no limit.</returns>
    public static int? BudgetOf(ReasoningRequest wish, bool templateTakesEffort) =>
        wish.BudgetTokens
        ?? (
            wish.IsOff ? 0
            : templateTakesEffort ? null
            : wish.Effort switch
            {
                Microsoft.Extensions.AI.ReasoningEffort.Low => LowTokens,
                Microsoft.Extensions.AI.ReasoningEffort.Medium => MediumTokens,
                Microsoft.Extensions.AI.ReasoningEffort.High => HighTokens,
                _ => null,
            }
        );

    /// <summary>Reads from the end of a prompt whether thinking has begun, is over, or may begin.</summary>
    /// <param name="tags">How it is marked, or <see langword="null"/>.</param>
    /// <param name="promptEnd">The end of the prompt, behind the last message.</param>
    /// <param name="hasBegun">Whether the prompt holds the beginning of the answer itself.</param>
    /// <param name="budgetTokens">The most tokens.</param>
    public static ReasoningPlan Find(ReasoningTags? tags, string promptEnd, bool hasBegun, int? budgetTokens)
    {
        if (tags is null)
        {
            return default;
        }

        var open = promptEnd.LastIndexOf(tags.Open, StringComparison.Ordinal);
        var close = promptEnd.LastIndexOf(tags.Close, StringComparison.Ordinal);
        return open > close && !hasBegun ? new ReasoningPlan(tags, true, budgetTokens)
            : close >= 0 || hasBegun ? default
            : new ReasoningPlan(tags, false, budgetTokens);
    }

    /// <summary>Makes the phase of thinking.</summary>
    /// <param name="next">The phase behind it.</param>
    /// <param name="mayEnd">Whether the reply may end while the model thinks.</param>
    public FreePhase ToPhase(int next, bool mayEnd) =>
        new()
        {
            Triggers = [new PhaseTrigger(Tags!.Close, next)],
            MayEnd = mayEnd,
            BudgetTokens = BudgetTokens,
            ClosingText = Tags.ClosingText,
        };
}
