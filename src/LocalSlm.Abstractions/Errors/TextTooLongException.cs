namespace LocalSlm;

/// <summary>A text has more tokens than the embedding model takes. Counted before any work began.</summary>
public sealed class TextTooLongException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="index">Which text of the request, from 0.</param>
    /// <param name="tokens">Its tokens, those that the model adds itself included.</param>
    /// <param name="maxTokens">The most tokens of one text.</param>
    public TextTooLongException(int index, int tokens, int maxTokens)
        : base(
            $"Text {index} is {tokens} tokens; the model takes {maxTokens}. Split the text, or choose Truncate or AverageChunks "
                + "as OverlongTexts for the request or the model."
        )
    {
        Index = index;
        Tokens = tokens;
        MaxTokens = maxTokens;
    }

    /// <summary>Gets which text of the request it is, from 0.</summary>
    public int Index { get; }

    /// <summary>Gets the tokens of the text.</summary>
    public int Tokens { get; }

    /// <summary>Gets the most tokens of one text.</summary>
    public int MaxTokens { get; }
}
