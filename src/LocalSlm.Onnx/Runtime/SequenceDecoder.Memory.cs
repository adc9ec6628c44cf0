using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <content>The memory of the conversations: as much as they hold, and some in advance.</content>
internal sealed unsafe partial class SequenceDecoder
{
    /// <summary>Gives a sequence memory for so many tokens; what it holds stays.</summary>
    /// <returns><see langword="false"/> if there is no memory; nothing has changed.</returns>
    private bool TryMakeRoom(int sequence, int tokens)
    {
        var memory = _sequences[sequence];
        try
        {
            if (Graph.SharesPastPresent)
            {
                var held = memory.Appended?.Capacity ?? 0;
                if (held >= tokens)
                {
                    return true;
                }

                var capacity = Grow(held, tokens);
                if (capacity == 0)
                {
                    return false;
                }

                var arena = memory.Appended ?? new KvArena(Graph);
                arena.Reshape(1, capacity, [Lengths[sequence]]);
                memory.Appended = arena;
                return true;
            }

            // Once there, these keys and values are only read: what is longer comes into the spare memory, which takes their place.
            if (Graph.Kv.Count > 0 && memory.Copied is null)
            {
                var capacity = Grow(0, tokens);
                if (capacity == 0)
                {
                    return false;
                }

                memory.Copied = new CopiedKv(Graph, capacity);
            }

            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    private bool TryMakeSpare(int tokens)
    {
        if (Graph.SharesPastPresent || Graph.Kv.Count == 0 || _spare?.Capacity >= tokens)
        {
            return true;
        }

        var capacity = Grow(_spare?.Capacity ?? 0, tokens);
        if (capacity == 0)
        {
            return false;
        }

        _spare?.Dispose();
        _spare = null;
        try
        {
            _spare = new CopiedKv(Graph, capacity);
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>Chooses the room for more tokens.</summary>
    /// <returns>The tokens, or 0 if the memory does not allow them.</returns>
    private int Grow(int held, int tokens)
    {
        // A quarter as much again, so that a long reply is not moved every few tokens; where that is too much, what is wanted.
        foreach (var wanted in (ReadOnlySpan<int>)[Math.Max(tokens, held + (held / 4)), tokens])
        {
            var capacity =
                Graph.FixedTokens > 0
                    ? Graph.FixedTokens
                    : Math.Min((wanted + StepTokens - 1) / StepTokens * StepTokens, Limits.SequenceTokens);
            if (KvBytes + ((capacity - held) * Graph.KvBytesPerToken) <= Limits.KvBytes)
            {
                return capacity;
            }
        }

        return 0;
    }
}
