namespace LocalSlm.Embeddings;

/// <summary>The keys in <c>AdditionalProperties</c> of embedding options and results. They are part of the public contract:
/// requests that come from JSON or from a cache use them by name.</summary>
internal static class EmbeddingProperty
{
    public const string InputKind = "input_kind";
    public const string PromptName = "prompt_name";
    public const string Pooling = "pooling";
    public const string Normalize = "normalize";
    public const string OverlongTexts = "overlong_texts";
    public const string KeepAlive = "keep_alive";

    public const string TruncatedTexts = "truncated_texts";
    public const string DroppedTokens = "dropped_tokens";
    public const string ChunkedTexts = "chunked_texts";
    public const string Chunks = "chunks";
    public const string FullTokens = "full_tokens";
    public const string Scale = "scale";

    /// <summary>Every key of a request, in the order of the documentation.</summary>
    public static readonly string[] OfRequests = [InputKind, PromptName, Pooling, Normalize, OverlongTexts, KeepAlive];
}
