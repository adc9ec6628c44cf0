namespace LocalSlm.Onnx.Runtime;

/// <summary>Copies the keys or values of some tokens between buffers that have room for different numbers of them.</summary>
internal static unsafe class KvCopy
{
    /// <summary>Copies the first tokens of every head.</summary>
    /// <param name="tensor">Whose they are.</param>
    /// <param name="source">The source's first head.</param>
    /// <param name="sourceTokens">For how many tokens each head of the source has room.</param>
    /// <param name="target">The target's first head.</param>
    /// <param name="targetTokens">For how many tokens each head of the target has room.</param>
    /// <param name="tokens">How many are copied.</param>
    public static void Copy(
        KvTensor tensor,
        byte* source,
        long sourceTokens,
        byte* target,
        long targetTokens,
        int tokens
    )
    {
        var bytes = (long)tokens * tensor.RowBytes;
        for (var head = 0; head < tensor.Heads; head++)
        {
            // Source and target may overlap where a buffer is closed up: heads move towards the front, one after the other.
            Buffer.MemoryCopy(
                source + (head * sourceTokens * tensor.RowBytes),
                target + (head * targetTokens * tensor.RowBytes),
                bytes,
                bytes
            );
        }
    }
}
