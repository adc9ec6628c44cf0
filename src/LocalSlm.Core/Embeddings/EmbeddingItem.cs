namespace LocalSlm.Embeddings;

/// <summary>A text, or a part of one, that gives one vector.</summary>
/// <param name="Tokens">Its tokens, those that the model adds included; at least 1.</param>
/// <param name="Text">Which text of the request it belongs to, from 0.</param>
internal readonly record struct EmbeddingItem(ReadOnlyMemory<int> Tokens, int Text);
