using System.Diagnostics.CodeAnalysis;
using LocalSlm.Embeddings;
using Microsoft.Extensions.AI;

namespace LocalSlm;

/// <summary>What vectors of LocalSlm tell beyond <see cref="GeneratedEmbeddings{TEmbedding}"/> and <see cref="Embedding"/>, as
/// properties of them.</summary>
[SuppressMessage(
    "Design",
    "CA1034:Nested types should not be visible",
    Justification = "The analyzer takes an extension block for a nested type."
)]
[SuppressMessage(
    "Naming",
    "CA1708:Identifiers should differ by more than case",
    Justification = "The analyzer compares the unnamed extension blocks."
)]
public static class LocalEmbeddingResult
{
    extension(GeneratedEmbeddings<Embedding<float>> embeddings)
    {
        /// <summary>Gets what was done to texts that were too long (<c>truncated_texts</c>, <c>dropped_tokens</c>,
        /// <c>chunked_texts</c>, <c>chunks</c>).</summary>
        /// <value><see langword="null"/> if no text was.</value>
        public OverlongReport? OverlongReport
        {
            get
            {
                var properties = embeddings.AdditionalProperties;
                var report = new OverlongReport(
                    (int)EmbeddingPropertyReader.Count(properties, EmbeddingProperty.TruncatedTexts),
                    EmbeddingPropertyReader.Count(properties, EmbeddingProperty.DroppedTokens),
                    (int)EmbeddingPropertyReader.Count(properties, EmbeddingProperty.ChunkedTexts),
                    (int)EmbeddingPropertyReader.Count(properties, EmbeddingProperty.Chunks)
                );
                return report.TruncatedTexts + report.ChunkedTexts == 0 ? null : report;
            }
        }
    }

    extension(Embedding embedding)
    {
        /// <summary>Gets how many tokens the text has, where it was too long (<c>full_tokens</c>).</summary>
        /// <value>Tokens, those that the model adds itself included; <see langword="null"/> if the text was not too long.</value>
        public int? FullTokens =>
            EmbeddingPropertyReader.Count(embedding.AdditionalProperties, EmbeddingProperty.FullTokens)
                is > 0
                    and var count
                ? (int)count
                : null;
    }
}
