using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Decodes graphs that compute one sequence at a time: those that copy keys and values instead of appending to them, those
/// with a recurrent state, and those whose batch is fixed at one. Each sequence has memory of its own.</summary>
internal sealed unsafe partial class SequenceDecoder : OnnxTokenDecoder
{
    private const int StepTokens = 64;

    private readonly SequenceMemory[] _sequences;
    private readonly RunArguments _arguments = new();
    private readonly NativeBuffer?[] _spareStates = new NativeBuffer?[2];
    private readonly int _pieceTokens;
    private readonly bool _keepsState;
    private NativeBuffer? _ones;
    private TokenBuffers? _buffers;
    private CopiedKv? _spare;

    public SequenceDecoder(OnnxSession session, DecoderGraph graph, DecoderLimits limits, ILogger logger)
        : base(session, graph, limits, logger)
    {
        _sequences = new SequenceMemory[limits.SequenceCount];
        for (var i = 0; i < _sequences.Length; i++)
        {
            _sequences[i] = new SequenceMemory();
        }

        _pieceTokens = PromptPiece.GetTokens(graph, limits);
        _keepsState = graph.States.Count > 0;
        Capabilities = new DecoderCapabilities
        {
            VocabularySize = graph.VocabularySize,
            SequenceCount = limits.SequenceCount,
            SequenceTokens = limits.SequenceTokens,
            TotalTokens =
                graph.Kv.Count > 0
                    ? limits.TotalTokens
                    : (int)Math.Min(int.MaxValue, (long)limits.SequenceCount * limits.SequenceTokens),
            BatchTokens = limits.BatchTokens,
            CutBack = _keepsState ? CutBackSupport.Never : CutBackSupport.Anywhere,
            PrefixSharing = _keepsState ? PrefixSharing.None : PrefixSharing.Copied,
            KvCacheLayout = KvCacheLayout.Split,
        };
    }

    public override DecoderCapabilities Capabilities { get; }

    /// <summary>Gets the bytes that keys, values and states take now.</summary>
    internal long KvBytes => _sequences.Sum(static memory => memory.Bytes) + (_spare?.Bytes ?? 0);

    public override int GetKeepable(int sequence, int tokenCount)
    {
        var length = Lengths[sequence];
        return tokenCount >= length ? length
            : _keepsState ? 0
            : Math.Max(tokenCount, 0);
    }

    public override void CutBack(int sequence, int tokenCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokenCount);
        var length = Lengths[sequence];
        if (tokenCount >= length)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(tokenCount, length);
            return;
        }

        if (tokenCount == 0)
        {
            _sequences[sequence].Clear();
        }
        else if (_keepsState)
        {
            throw new InvalidOperationException(
                $"Sequence {sequence} of {length} tokens has a recurrent state and cannot be cut back to {tokenCount}. Ask GetKeepable first."
            );
        }
        else
        {
            _sequences[sequence].Appended?.ClearMask(0, tokenCount, length);
            _sequences[sequence].Copied?.Cut(length, tokenCount);
        }

        Lengths[sequence] = tokenCount;
    }

    public override bool TryCopyPrefix(int source, int target, int tokenCount)
    {
        ThrowIfNotEmpty(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokenCount, Lengths[source]);
        if (tokenCount <= 0 || source == target || _keepsState || !TryMakeRoom(target, tokenCount))
        {
            return false;
        }

        var (from, to) = (_sequences[source], _sequences[target]);
        if (from.Appended is { } arena)
        {
            for (var i = 0; i < Graph.Kv.Count; i++)
            {
                KvCopy.Copy(
                    Graph.Kv[i],
                    arena.GetKv(i, 0),
                    arena.Capacity,
                    to.Appended!.GetKv(i, 0),
                    to.Appended.Capacity,
                    tokenCount
                );
            }

            to.Appended!.SetMask(0, 0, tokenCount);
        }
        else
        {
            from.Copied!.CopyTo(to.Copied!.Start, Lengths[source], tokenCount);
        }

        Lengths[target] = tokenCount;
        return true;
    }

    public override byte[] Save(int sequence)
    {
        var length = Lengths[sequence];
        var kvBytes = Graph.KvBytesPerToken * length;
        var bytes = kvBytes + (length > 0 ? Graph.StateBytes : 0);
        var state = new SavedSequence(Graph.Fingerprint, length).Allocate(bytes);
        if (bytes > 0)
        {
            var memory = _sequences[sequence];
            fixed (byte* target = &state[SavedSequence.HeaderBytes])
            {
                memory.Appended?.Export(0, target, length, length);
                memory.Copied?.CopyTo(target, length, length);
                if (memory.States is { } states)
                {
                    Buffer.MemoryCopy(states.Start, target + kvBytes, Graph.StateBytes, Graph.StateBytes);
                }
            }
        }

        return state;
    }

    public override bool TryRestore(int sequence, ReadOnlySpan<byte> state)
    {
        ThrowIfNotEmpty(sequence);
        if (
            !SavedSequence.TryRead(state, out var header)
            || header.Fingerprint != Graph.Fingerprint
            || header.Length > Limits.SequenceTokens
        )
        {
            return false;
        }

        var kvBytes = header.Length * Graph.KvBytesPerToken;
        var bytes = kvBytes + (header.Length > 0 ? Graph.StateBytes : 0);
        if (state.Length - SavedSequence.HeaderBytes != bytes)
        {
            return false;
        }

        if (bytes > 0)
        {
            if (!TryMakeRoom(sequence, header.Length))
            {
                return false;
            }

            var memory = _sequences[sequence];
            fixed (byte* source = &state[SavedSequence.HeaderBytes])
            {
                memory.Appended?.Import(0, source, header.Length, header.Length);
                if (memory.Copied is { } copied)
                {
                    Buffer.MemoryCopy(source, copied.Start, kvBytes, kvBytes);
                }

                if (_keepsState)
                {
                    memory.States ??= NativeBuffer.Allocate(Graph.StateBytes);
                    Buffer.MemoryCopy(source + kvBytes, memory.States.Start, Graph.StateBytes, Graph.StateBytes);
                }
            }
        }

        Lengths[sequence] = header.Length;
        return true;
    }

    protected override void Compute(DecodeBatch batch, CancellationToken cancellationToken)
    {
        for (var i = 0; i < batch.RowCount; i++)
        {
            if (batch.Statuses[i] != DecodeStatus.Pending)
            {
                continue;
            }

            ref readonly var row = ref batch.Rows[i];
            batch.Statuses[i] = cancellationToken.IsCancellationRequested
                ? DecodeStatus.Cancelled
                : Compute(row, batch.Tokens.Slice(row.FirstToken, row.TokenCount), cancellationToken);
        }
    }

    protected override void DisposeMemory()
    {
        _arguments.Dispose();
        foreach (var memory in _sequences)
        {
            memory.Dispose();
        }

        foreach (var states in _spareStates)
        {
            states?.Dispose();
        }

        _spare?.Dispose();
        _buffers?.Dispose();
        _ones?.Dispose();
    }

    private DecodeStatus Compute(in DecodeRow row, ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        var memory = _sequences[row.Sequence];
        var buffers = _buffers ??= new TokenBuffers(Graph, _pieceTokens, Graph.GivesLastLogitsOnly ? 1 : _pieceTokens);
        if (_keepsState)
        {
            memory.States ??= NativeBuffer.Allocate(Graph.StateBytes);
        }

        // The states that the row began with stay until all of it is computed: they cannot be brought back.
        var states = memory.States;
        var done = 0;
        while (done < tokens.Length)
        {
            var count = PromptPiece.Next(Graph, row, done, _pieceTokens);
            var start = row.StartPosition + done;
            var status = DecodeStatus.OutOfMemory;
            if (TryMakeRoom(row.Sequence, start + count) && TryMakeSpare(start + count))
            {
                for (var i = 0; i < count; i++)
                {
                    buffers.Write(i, tokens[done + i], start + i);
                }

                var next = NextStates(states, memory.States);
                status = Run(memory, buffers, start, count, states, next, cancellationToken);
                if (status == DecodeStatus.Done)
                {
                    states = next;
                    PromptPiece.TakeLogits(Graph, row, done, count, buffers, Logits);
                }
            }

            if (status != DecodeStatus.Done)
            {
                Undo(row, start, start + count);
                return status;
            }

            if (memory.Copied is { } before)
            {
                (memory.Copied, _spare) = (_spare, before);
            }

            done += count;
        }

        if (_keepsState)
        {
            var spare = Array.IndexOf(_spareStates, states);
            (_spareStates[spare], memory.States) = (memory.States, states);
        }

        Lengths[row.Sequence] += tokens.Length;
        return DecodeStatus.Done;
    }

    /// <summary>Gives a sequence the keys and values it had before a row, which a run has got as far as <paramref name="start"/>.</summary>
    private void Undo(in DecodeRow row, int start, int end)
    {
        var memory = _sequences[row.Sequence];
        memory.Appended?.ClearMask(0, row.StartPosition, Math.Min(end, memory.Appended.Capacity));
        if (row.StartPosition == 0)
        {
            memory.Clear();
        }
        else if (start > row.StartPosition)
        {
            memory.Copied?.Cut(start, row.StartPosition);
        }
    }

    /// <summary>Finds memory for the states that a run gives: neither those it reads nor those the row began with.</summary>
    private NativeBuffer? NextStates(NativeBuffer? current, NativeBuffer? original)
    {
        if (!_keepsState)
        {
            return null;
        }

        foreach (ref var spare in _spareStates.AsSpan())
        {
            spare ??= NativeBuffer.Allocate(Graph.StateBytes);
            if (spare != current && spare != original)
            {
                return spare;
            }
        }

        throw new InvalidOperationException("Three buffers of states suffice for any row.");
    }

    private DecodeStatus Run(
        SequenceMemory memory,
        TokenBuffers buffers,
        int start,
        int count,
        NativeBuffer? states,
        NativeBuffer? nextStates,
        CancellationToken cancellationToken
    )
    {
        try
        {
            AddTokens(buffers, memory, start, count);
            AddKv(memory, start, count);
            AddStates(states, nextStates);
            _arguments.Run(Session, RunOptions);
            return DecodeStatus.Done;
        }
        catch (OnnxRuntimeException error)
        {
            return Explain(error, count, cancellationToken);
        }
        finally
        {
            _arguments.Clear();
        }
    }
}
