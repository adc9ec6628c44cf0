namespace LocalSlm;

/// <summary>What a model is loaded for.</summary>
public enum ModelUse
{
    /// <summary>It chats.</summary>
    Chat,

    /// <summary>It makes vectors.</summary>
    Embedding,
}
