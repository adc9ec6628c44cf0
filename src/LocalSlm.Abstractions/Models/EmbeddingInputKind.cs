namespace LocalSlm;

/// <summary>What a text is embedded for. Many models were trained with a prompt of its own before each.</summary>
public enum EmbeddingInputKind
{
    /// <summary>A question or search text.</summary>
    Query,

    /// <summary>A text that is to be found.</summary>
    Document,
}
