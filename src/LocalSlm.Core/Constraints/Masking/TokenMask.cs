namespace LocalSlm.Constraints.Masking;

/// <summary>A bit for each token, the lowest bit of the first word for token 0.</summary>
internal static class TokenMask
{
    public static int WordCount(int vocabularySize) => (vocabularySize + 63) / 64;

    public static void Set(ulong[] mask, int token) => mask[token >> 6] |= 1UL << token;

    public static void Clear(ulong[] mask, int token) => mask[token >> 6] &= ~(1UL << token);

    public static bool IsSet(ReadOnlySpan<ulong> mask, int token) => (mask[token >> 6] >> token & 1) != 0;

    public static bool IsEmpty(ReadOnlySpan<ulong> mask) => !mask.ContainsAnyExcept(0UL);
}
