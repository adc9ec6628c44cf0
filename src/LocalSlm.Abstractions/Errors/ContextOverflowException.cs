namespace LocalSlm;

/// <summary>A prompt is longer than the context holds. Counted before any work began.</summary>
public sealed class ContextOverflowException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="contextTokens">Tokens that one conversation may hold.</param>
    public ContextOverflowException(int promptTokens, int contextTokens)
        : base(
            $"The prompt is {promptTokens} tokens; the context holds {contextTokens}. "
                + "Shorten the messages, raise ContextTokens, or choose an overflow policy."
        )
    {
        PromptTokens = promptTokens;
        ContextTokens = contextTokens;
    }

    /// <summary>Gets the tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Gets the tokens that one conversation may hold.</summary>
    public int ContextTokens { get; }
}
