namespace LocalSlm.Embeddings;

/// <summary>Computes a batch in as many pieces as the embedder needs: one, unless the batch was planned for another that takes
/// more.</summary>
internal static class EmbeddingPieces
{
    /// <summary>Computes a batch.</summary>
    /// <param name="embedder">What computes.</param>
    /// <param name="batch">The texts, all of one pooling.</param>
    /// <param name="vectors">Receives the vectors.</param>
    /// <param name="cancellationToken">Ends the computation.</param>
    public static void Compute(
        IRuntimeEmbedder embedder,
        EmbeddingBatch batch,
        Span<float> vectors,
        CancellationToken cancellationToken
    )
    {
        var dimensions = vectors.Length / batch.Lengths.Length;
        var (text, token) = (0, 0);
        while (text < batch.Lengths.Length)
        {
            var texts = Count(embedder, batch.Lengths[text..], out var tokens);
            embedder.Embed(
                batch.Tokens.Slice(token, tokens),
                batch.Lengths.Slice(text, texts),
                batch.Jobs[0].Pooling,
                vectors.Slice(text * dimensions, texts * dimensions),
                cancellationToken
            );
            text += texts;
            token += tokens;
        }
    }

    private static int Count(IRuntimeEmbedder embedder, ReadOnlySpan<int> lengths, out int tokens)
    {
        var texts = 0;
        var longest = 0;
        tokens = 0;
        while (texts < lengths.Length && texts < embedder.BatchTexts)
        {
            longest = Math.Max(longest, lengths[texts]);
            var cells = embedder.PadsBatches ? (long)longest * (texts + 1) : tokens + lengths[texts];
            if (texts > 0 && cells > embedder.BatchTokens)
            {
                break;
            }

            tokens += lengths[texts++];
        }

        return texts;
    }
}
