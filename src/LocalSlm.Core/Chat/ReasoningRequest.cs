using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>What a request wishes of the model's reasoning.</summary>
/// <param name="Effort">How much; <see langword="null"/> for the model's own way.</param>
/// <param name="BudgetTokens">The most tokens that the caller allows; <see langword="null"/> if none were named.</param>
/// <param name="IsHidden">Whether the reply leaves it out.</param>
internal readonly record struct ReasoningRequest(ReasoningEffort? Effort, int? BudgetTokens, bool IsHidden)
{
    /// <summary>Gets a value indicating whether the model must not think at all.</summary>
    public bool IsOff => BudgetTokens == 0 || (BudgetTokens is null && Effort == ReasoningEffort.None);

    /// <summary>Gets a value indicating whether the caller asked for reasoning.</summary>
    public bool IsWanted => BudgetTokens > 0 || Effort is not (null or ReasoningEffort.None);
}
