namespace LocalSlm.Onnx.Runtime;

/// <summary>The keys and values of one sequence in as little memory as they take: tensor after tensor, each
/// [heads, tokens, head size].</summary>
internal sealed unsafe class KvImage : IDisposable
{
    private readonly NativeBuffer _buffer;

    public KvImage(DecoderGraph graph, int tokens)
    {
        Tokens = tokens;
        _buffer = NativeBuffer.Allocate(graph.KvBytesPerToken * tokens);
    }

    /// <summary>Gets for how many tokens it has room.</summary>
    public int Tokens { get; }

    /// <summary>Gets its size.</summary>
    public long Bytes => _buffer.Bytes;

    /// <summary>Gets its first byte.</summary>
    public byte* Start => _buffer.Start;

    public void Dispose() => _buffer.Dispose();
}
