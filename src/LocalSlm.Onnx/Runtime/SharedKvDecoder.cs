using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Decodes graphs that append to one buffer of keys and values (GroupQueryAttention): prompts one by one, in pieces, and
/// one run for all sequences that go on by one token. Such a step allocates nothing.</summary>
internal sealed unsafe class SharedKvDecoder : OnnxTokenDecoder
{
    private const int SingleToken = 1;

    private readonly SlotMemory _memory;
    private readonly TokenBuffers _steps;
    private readonly RunBinding?[] _stepBindings;
    private readonly RunBinding?[] _promptBindings;
    private readonly int[] _promptLengths;
    private readonly int _promptTokens;
    private readonly int[] _rows;
    private readonly int[] _sequences;
    private TokenBuffers? _prompts;

    public SharedKvDecoder(OnnxSession session, DecoderGraph graph, DecoderLimits limits, ILogger logger)
        : base(session, graph, limits, logger)
    {
        _memory = new SlotMemory(graph, limits, Lengths, FreeBindings, logger);
        var slots = _memory.MaxSlots;
        _steps = new TokenBuffers(graph, slots, slots);
        _stepBindings = new RunBinding?[slots * slots];
        _promptBindings = new RunBinding?[slots];
        _promptLengths = new int[slots];
        _promptTokens = PromptPiece.GetTokens(graph, limits);
        _rows = new int[slots];
        _sequences = new int[slots];
        Capabilities = new DecoderCapabilities
        {
            VocabularySize = graph.VocabularySize,
            SequenceCount = limits.SequenceCount,
            SequenceTokens = limits.SequenceTokens,
            TotalTokens = limits.TotalTokens,
            BatchTokens = limits.BatchTokens,
            CutBack = CutBackSupport.Anywhere,
            PrefixSharing = PrefixSharing.Copied,
            KvCacheLayout = KvCacheLayout.Split,
        };
    }

    public override DecoderCapabilities Capabilities { get; }

    /// <summary>Gets the bytes that keys and values take now.</summary>
    internal long KvBytes => _memory.Bytes;

    public override int GetKeepable(int sequence, int tokenCount) => Math.Clamp(tokenCount, 0, Lengths[sequence]);

    public override void CutBack(int sequence, int tokenCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokenCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokenCount, Lengths[sequence]);
        _memory.Truncate(sequence, tokenCount, Lengths[sequence]);
        Lengths[sequence] = tokenCount;
    }

    public override bool TryCopyPrefix(int source, int target, int tokenCount)
    {
        ThrowIfNotEmpty(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokenCount, Lengths[source]);
        if (tokenCount <= 0 || source == target || !_memory.TryCopy(source, target, tokenCount))
        {
            return false;
        }

        Lengths[target] = tokenCount;
        return true;
    }

    public override byte[] Save(int sequence)
    {
        var length = Lengths[sequence];
        var state = new SavedSequence(Graph.Fingerprint, length).Allocate(Graph.KvBytesPerToken * length);
        if (length > 0)
        {
            fixed (byte* target = &state[SavedSequence.HeaderBytes])
            {
                _memory.Export(sequence, target, length, length);
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
            || state.Length - SavedSequence.HeaderBytes != header.Length * Graph.KvBytesPerToken
        )
        {
            return false;
        }

        if (header.Length > 0 && !_memory.TryImport(sequence, state[SavedSequence.HeaderBytes..], header.Length))
        {
            return false;
        }

        Lengths[sequence] = header.Length;
        return true;
    }

    protected override void Compute(DecodeBatch batch, CancellationToken cancellationToken)
    {
        // Usually one group. A batch of more rows than there are slots takes several, whose logits are copied.
        for (var row = 0; row < batch.RowCount; )
        {
            var rows = Collect(batch, ref row);
            rows = Place(batch, rows);
            var stepping = 0;
            foreach (var index in _rows.AsSpan(0, rows))
            {
                if (batch.Rows[index].TokenCount > SingleToken)
                {
                    ComputePrompt(batch, index, cancellationToken);
                }
                else
                {
                    _rows[stepping++] = index;
                }
            }

            if (stepping > 0)
            {
                ComputeStep(batch, stepping, isLast: row == batch.RowCount, cancellationToken);
            }
        }
    }

    protected override void DisposeMemory()
    {
        FreeBindings();
        _memory.Dispose();
        _steps.Dispose();
        _prompts?.Dispose();
    }

    private int Collect(DecodeBatch batch, ref int row)
    {
        var count = 0;
        for (; row < batch.RowCount && count < _rows.Length; row++)
        {
            if (batch.Statuses[row] == DecodeStatus.Pending)
            {
                _rows[count++] = row;
            }
        }

        return count;
    }

    /// <summary>Gives rows their slots. Where the memory does not suffice, the last rows go without.</summary>
    private int Place(DecodeBatch batch, int rows)
    {
        while (rows > 0)
        {
            var tokens = 0;
            for (var i = 0; i < rows; i++)
            {
                ref readonly var row = ref batch.Rows[_rows[i]];
                _sequences[i] = row.Sequence;
                tokens = Math.Max(tokens, row.StartPosition + row.TokenCount);
            }

            if (_memory.TryPlace(_sequences.AsSpan(0, rows), tokens))
            {
                break;
            }

            batch.Statuses[_rows[--rows]] = DecodeStatus.OutOfMemory;
        }

        return rows;
    }

    private void ComputeStep(DecodeBatch batch, int count, bool isLast, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            _sequences[i] = batch.Rows[_rows[i]].Sequence;
        }

        var first = _memory.Gather(_sequences.AsSpan(0, count));
        foreach (var index in _rows.AsSpan(0, count))
        {
            ref readonly var row = ref batch.Rows[index];
            _steps.Write(_memory.SlotOf(row.Sequence), batch.Tokens[row.FirstToken], row.StartPosition);
            _memory.Extend(row.Sequence, row.StartPosition, row.StartPosition + 1);
        }

        var status = Run(GetStepBinding(first, count), count, cancellationToken);
        foreach (var index in _rows.AsSpan(0, count))
        {
            ref readonly var row = ref batch.Rows[index];
            batch.Statuses[index] = status;
            if (status != DecodeStatus.Done)
            {
                _memory.Truncate(row.Sequence, row.StartPosition, row.StartPosition + 1);
                continue;
            }

            Lengths[row.Sequence]++;
            if (row.OutputCount > 0)
            {
                var logits = _steps.GetLogits(_memory.SlotOf(row.Sequence));
                if (isLast)
                {
                    Logits.Keep(row.FirstOutput, logits);
                }
                else
                {
                    Logits.Copy(row.FirstOutput, logits);
                }
            }
        }
    }

    private void ComputePrompt(DecodeBatch batch, int index, CancellationToken cancellationToken)
    {
        ref readonly var row = ref batch.Rows[index];
        var slot = _memory.SlotOf(row.Sequence);
        var tokens = batch.Tokens.Slice(row.FirstToken, row.TokenCount);
        var status = DecodeStatus.Done;
        var done = 0;
        while (done < tokens.Length && status == DecodeStatus.Done)
        {
            var count = PromptPiece.Next(Graph, row, done, _promptTokens);
            var start = row.StartPosition + done;
            var buffers = _prompts ??= new TokenBuffers(
                Graph,
                _promptTokens,
                Graph.GivesLastLogitsOnly ? 1 : _promptTokens
            );
            for (var i = 0; i < count; i++)
            {
                buffers.Write(i, tokens[done + i], start + i);
            }

            _memory.Extend(row.Sequence, start, start + count);
            status = Run(GetPromptBinding(slot, count), count, cancellationToken);
            if (status == DecodeStatus.Done)
            {
                PromptPiece.TakeLogits(Graph, row, done, count, buffers, Logits);
            }

            done += count;
        }

        batch.Statuses[index] = status;
        if (status == DecodeStatus.Done)
        {
            Lengths[row.Sequence] += tokens.Length;
        }
        else
        {
            // What the pieces wrote lies beyond the length, and is overwritten later.
            _memory.Truncate(row.Sequence, row.StartPosition, row.StartPosition + done);
        }
    }

    private DecodeStatus Run(RunBinding binding, int tokens, CancellationToken cancellationToken)
    {
        try
        {
            binding.Run(Session, RunOptions);
            return DecodeStatus.Done;
        }
        catch (OnnxRuntimeException error)
        {
            return Explain(error, tokens, cancellationToken);
        }
    }

    private RunBinding GetStepBinding(int first, int count)
    {
        ref var binding = ref _stepBindings[(first * _memory.MaxSlots) + count - 1];
        if (binding is null)
        {
            binding = Bind(first, count);
            binding.BindTokens(
                Graph,
                count,
                SingleToken,
                _steps.GetIds(first),
                _steps.GetPositions(first),
                _steps.GetLogits(first)
            );
        }

        return binding;
    }

    private RunBinding GetPromptBinding(int slot, int count)
    {
        ref var binding = ref _promptBindings[slot];
        binding ??= Bind(slot, 1);
        if (_promptLengths[slot] != count)
        {
            var buffers = _prompts!;
            binding.BindTokens(Graph, 1, count, buffers.GetIds(0), buffers.GetPositions(0), buffers.GetLogits(0));
            _promptLengths[slot] = count;
        }

        return binding;
    }

    private RunBinding Bind(int first, int count)
    {
        var arena = _memory.Arena;
        var binding = new RunBinding(Session);
        for (var i = 0; i < Graph.Kv.Count; i++)
        {
            var tensor = Graph.Kv[i];
            binding.ReadAndWrite(
                tensor.PastName,
                tensor.PresentName,
                tensor.ElementType,
                arena.GetKv(i, first),
                arena.GetKvBytes(i, count),
                count,
                tensor.Heads,
                arena.Capacity,
                tensor.HeadSize
            );
        }

        var mask = Graph.Mask!;
        binding.Read(
            mask.Name,
            mask.ElementType,
            arena.GetMask(first),
            arena.GetMaskBytes(count),
            count,
            arena.Capacity
        );
        ConstantInput.BindLogitCount(Graph, binding);
        return binding;
    }

    private void FreeBindings()
    {
        foreach (ref var binding in _stepBindings.AsSpan())
        {
            binding?.Dispose();
            binding = null;
        }

        foreach (ref var binding in _promptBindings.AsSpan())
        {
            binding?.Dispose();
            binding = null;
        }

        _promptLengths.AsSpan().Clear();
    }
}
