namespace LocalSlm.Embeddings;

/// <summary>What an embedding engine counts; written by its thread, read by any.</summary>
internal sealed class EmbeddingCounters
{
    private long _texts;
    private long _tokens;
    private long _batches;
    private long _completed;

    public void AddBatch(int texts, int tokens)
    {
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _texts, texts);
        Interlocked.Add(ref _tokens, tokens);
    }

    public void AddCompleted() => Interlocked.Increment(ref _completed);

    public EmbeddingStatistics Read(int pending, int active) =>
        new()
        {
            QueuedRequests = Math.Max(0, pending - active),
            ActiveRequests = active,
            Texts = Interlocked.Read(ref _texts),
            Tokens = Interlocked.Read(ref _tokens),
            Batches = Interlocked.Read(ref _batches),
            CompletedRequests = Interlocked.Read(ref _completed),
        };
}
