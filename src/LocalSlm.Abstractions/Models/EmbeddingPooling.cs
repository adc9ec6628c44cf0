namespace LocalSlm;

/// <summary>How the hidden states of a text's tokens become one vector.</summary>
public enum EmbeddingPooling
{
    /// <summary>Their mean, over the text's own tokens.</summary>
    Mean,

    /// <summary>The state of the first token (CLS).</summary>
    FirstToken,

    /// <summary>The state of the last token.</summary>
    LastToken,
}
