namespace LocalSlm;

/// <summary>A prompt is longer than the context holds. Counted before any work began.</summary>
public sealed class ContextOverflowException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="contextTokens">Tokens that one conversation may hold.</param>
    /// <param name="isLowerBound">Whether the prompt may have more tokens than that.</param>
    public ContextOverflowException(int promptTokens, int contextTokens, bool isLowerBound = false)
        : base(
            $"The prompt is {(isLowerBound ? "at least " : "")}{promptTokens} tokens; the context holds {contextTokens}. "
                + "Shorten the messages, raise ContextTokens, or choose an overflow policy."
        )
    {
        PromptTokens = promptTokens;
        ContextTokens = contextTokens;
        IsLowerBound = isLowerBound;
    }

    /// <summary>Gets the tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Gets the tokens that one conversation may hold.</summary>
    public int ContextTokens { get; }

    /// <summary>Gets a value indicating whether <see cref="PromptTokens"/> is the least it can be: a text so long that it cannot
    /// fit is refused without being tokenised.</summary>
    public bool IsLowerBound { get; }
}
