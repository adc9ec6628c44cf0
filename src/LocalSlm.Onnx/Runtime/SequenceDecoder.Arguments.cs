using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <content>What a run is given and writes.</content>
internal sealed unsafe partial class SequenceDecoder
{
    private void AddTokens(TokenBuffers buffers, SequenceMemory memory, int start, int count)
    {
        _arguments.Read(Graph.Ids.Name, Graph.Ids.ElementType, buffers.GetIds(0), 1, count);
        if (Graph.Positions is { } positions)
        {
            _arguments.Read(positions.Name, positions.ElementType, buffers.GetPositions(0), 1, count);
        }

        if (Graph.Mask is { } mask)
        {
            if (memory.Appended is { } arena)
            {
                arena.SetMask(0, start, start + count);
                _arguments.Read(mask.Name, mask.ElementType, arena.GetMask(0), 1, arena.Capacity);
            }
            else
            {
                _arguments.Read(mask.Name, mask.ElementType, GetOnes(), 1, start + count);
            }
        }

        if (Graph.LogitCount is { } wanted)
        {
            _arguments.Read(wanted.Name, wanted.ElementType, ConstantInput.One, ConstantInput.ShapeOf(wanted));
        }

        if (Graph.CacheBranch is { } branch)
        {
            var isCached = start > 0 ? ConstantInput.One : ConstantInput.Zero;
            _arguments.Read(branch.Name, branch.ElementType, isCached, ConstantInput.ShapeOf(branch));
        }

        var outputs = Graph.GivesLastLogitsOnly ? 1 : count;
        _arguments.Write(
            Graph.Logits.Name,
            Graph.Logits.ElementType,
            buffers.GetLogits(0),
            Graph.Logits.Dimensions.Count == 2 ? [1, Graph.VocabularySize] : [1, outputs, Graph.VocabularySize]
        );
    }

    private void AddKv(SequenceMemory memory, int start, int count)
    {
        long past = 0;
        long present = 0;
        for (var i = 0; i < Graph.Kv.Count; i++)
        {
            var tensor = Graph.Kv[i];
            var type = tensor.ElementType;
            if (memory.Appended is { } arena)
            {
                var place = arena.GetKv(i, 0);
                _arguments.Read(tensor.PastName, type, place, 1, tensor.Heads, arena.Capacity, tensor.HeadSize);
                _arguments.Write(tensor.PresentName, type, place, 1, tensor.Heads, arena.Capacity, tensor.HeadSize);
                continue;
            }

            _arguments.Read(
                tensor.PastName,
                type,
                memory.Copied!.Start + past,
                1,
                tensor.Heads,
                start,
                tensor.HeadSize
            );
            _arguments.Write(
                tensor.PresentName,
                type,
                _spare!.Start + present,
                1,
                tensor.Heads,
                start + count,
                tensor.HeadSize
            );
            past += (long)start * tensor.TokenBytes;
            present += (long)(start + count) * tensor.TokenBytes;
        }
    }

    private void AddStates(NativeBuffer? states, NativeBuffer? nextStates)
    {
        long offset = 0;
        foreach (var state in Graph.States)
        {
            long[] shape = [.. state.Dimensions];
            _arguments.Read(state.PastName, state.ElementType, states!.Start + offset, shape);
            _arguments.Write(state.PresentName, state.ElementType, nextStates!.Start + offset, shape);
            offset += state.Bytes;
        }
    }

    private byte* GetOnes()
    {
        if (_ones is null)
        {
            var type = Graph.Mask!.ElementType;
            _ones = NativeBuffer.Allocate((long)Limits.SequenceTokens * ElementSize.Of(type));
            if (type == TensorElementType.Int64)
            {
                new Span<long>(_ones.Start, Limits.SequenceTokens).Fill(1);
            }
            else
            {
                new Span<int>(_ones.Start, Limits.SequenceTokens).Fill(1);
            }
        }

        return _ones.Start;
    }
}
