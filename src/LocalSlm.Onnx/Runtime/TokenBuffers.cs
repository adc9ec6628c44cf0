using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>The memory that ids and positions of a run are written to, and that its logits come to.</summary>
internal sealed unsafe class TokenBuffers : IDisposable
{
    private readonly DecoderGraph _graph;
    private readonly NativeBuffer _ids;
    private readonly NativeBuffer? _positions;
    private readonly NativeBuffer _logits;
    private readonly int _idBytes;
    private readonly int _positionBytes;

    /// <param name="graph">The graph.</param>
    /// <param name="tokens">The most tokens of a run.</param>
    /// <param name="logits">The most tokens whose logits a run gives.</param>
    public TokenBuffers(DecoderGraph graph, int tokens, int logits)
    {
        _graph = graph;
        _idBytes = ElementSize.Of(graph.Ids.ElementType);
        _ids = NativeBuffer.Allocate((long)tokens * _idBytes);
        if (graph.Positions is { } positions)
        {
            _positionBytes = ElementSize.Of(positions.ElementType);
            _positions = NativeBuffer.Allocate((long)tokens * _positionBytes);
        }

        _logits = NativeBuffer.Allocate((long)logits * graph.VocabularySize * graph.LogitBytes);
    }

    /// <summary>Gets where the id of a token lies.</summary>
    public byte* GetIds(int index) => _ids.Start + (index * _idBytes);

    /// <summary>Gets where the position of a token lies; <see langword="null"/> if the graph wants none.</summary>
    public byte* GetPositions(int index) => _positions is null ? null : _positions.Start + (index * _positionBytes);

    /// <summary>Gets where the logits of a token lie.</summary>
    public byte* GetLogits(int index) => _logits.Start + ((long)index * _graph.VocabularySize * _graph.LogitBytes);

    /// <summary>Writes a token.</summary>
    public void Write(int index, int token, int position)
    {
        Write(GetIds(index), _graph.Ids.ElementType, token);
        if (_graph.Positions is { } positions)
        {
            Write(GetPositions(index), positions.ElementType, position);
        }
    }

    public void Dispose()
    {
        _ids.Dispose();
        _positions?.Dispose();
        _logits.Dispose();
    }

    private static void Write(byte* place, TensorElementType type, int value)
    {
        if (type == TensorElementType.Int64)
        {
            *(long*)place = value;
        }
        else
        {
            *(int*)place = value;
        }
    }
}
