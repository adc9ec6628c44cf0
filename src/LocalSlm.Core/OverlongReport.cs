namespace LocalSlm;

/// <summary>What was done to texts that have more tokens than the embedding model takes.</summary>
/// <param name="TruncatedTexts">Texts whose end was left out by <see cref="OverlongTextPolicy.Truncate"/>.</param>
/// <param name="DroppedTokens">Tokens that were left out of them.</param>
/// <param name="ChunkedTexts">Texts that were cut into parts by <see cref="OverlongTextPolicy.AverageChunks"/>.</param>
/// <param name="Chunks">Their parts.</param>
public sealed record OverlongReport(int TruncatedTexts, long DroppedTokens, int ChunkedTexts, int Chunks);
