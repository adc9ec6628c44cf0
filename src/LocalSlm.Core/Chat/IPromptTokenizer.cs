namespace LocalSlm.Chat;

/// <summary>Turns prompts into token ids. Safe for concurrent use. An implementation may remember which tokens a text came
/// from, so that a reply in the history is given back as it was generated.</summary>
internal interface IPromptTokenizer
{
    /// <summary>Tokenizes a prompt.</summary>
    /// <param name="prompt">The spans, in order.</param>
    /// <param name="addSpecialTokens">Whether what the model wants at the start of every text is added.</param>
    /// <returns>The token ids.</returns>
    int[] Tokenize(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens);

    /// <summary>Tells which tokens a finished reply is made of.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="promptTokens">Its tokens.</param>
    /// <param name="reply">The reply, with the tokens that spell it exactly.</param>
    void Remember(IReadOnlyList<PromptSpan> prompt, ReadOnlySpan<int> promptTokens, SpelledReply reply);
}
