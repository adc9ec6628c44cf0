namespace LocalSlm.Onnx.Runtime;

/// <summary>Keys and values of one sequence for graphs that take them and give longer ones: tensor after tensor, each
/// [heads, tokens, head size], in a buffer with room for more tokens.</summary>
internal sealed unsafe class CopiedKv : IDisposable
{
    private readonly DecoderGraph _graph;
    private readonly NativeBuffer _buffer;

    /// <exception cref="OutOfMemoryException">There is no memory.</exception>
    public CopiedKv(DecoderGraph graph, int capacity)
    {
        _graph = graph;
        Capacity = capacity;
        _buffer = NativeBuffer.Allocate(graph.KvBytesPerToken * capacity);
    }

    /// <summary>Gets for how many tokens it has room.</summary>
    public int Capacity { get; }

    /// <summary>Gets its size.</summary>
    public long Bytes => _buffer.Bytes;

    /// <summary>Gets its first byte.</summary>
    public byte* Start => _buffer.Start;

    /// <summary>Drops the last tokens by closing up the heads.</summary>
    /// <param name="held">The tokens that are there.</param>
    /// <param name="keep">The tokens that stay.</param>
    public void Cut(int held, int keep) => CopyTo(Start, held, keep);

    /// <summary>Copies the first tokens.</summary>
    /// <param name="target">Where to; its start may be this one's.</param>
    /// <param name="held">The tokens that are there.</param>
    /// <param name="tokens">The tokens that are copied.</param>
    public void CopyTo(byte* target, int held, int tokens)
    {
        var source = Start;
        foreach (var tensor in _graph.Kv)
        {
            KvCopy.Copy(tensor, source, held, target, tokens, tokens);
            source += (long)held * tensor.TokenBytes;
            target += (long)tokens * tensor.TokenBytes;
        }
    }

    public void Dispose() => _buffer.Dispose();
}
