namespace LocalSlm.Sampling;

/// <summary>Repetition, frequency and presence penalties over a window of tokens.</summary>
internal static class RepetitionPenalty
{
    public static bool IsActive(SamplingSettings settings) =>
        settings.PenaltyWindowTokens > 0
        && (settings.RepetitionPenalty != 1 || settings.FrequencyPenalty != 0 || settings.PresencePenalty != 0);

    /// <summary>Changes the logits of the window's tokens.</summary>
    /// <remarks>Division alone, as in the paper that proposed the penalty (CTRL, arXiv:1909.05858), would make tokens of
    /// negative logit likelier; they are multiplied instead, as the field does since.</remarks>
    public static void Apply(Span<float> logits, TokenWindow window, SamplingSettings settings)
    {
        foreach ((int token, int count) in window.Occurrences)
        {
            ref float logit = ref logits[token];
            logit = logit > 0 ? logit / settings.RepetitionPenalty : logit * settings.RepetitionPenalty;
            logit -= (count * settings.FrequencyPenalty) + settings.PresencePenalty;
        }
    }
}
