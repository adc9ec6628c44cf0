using System.Diagnostics;
using System.Runtime.InteropServices;
using LocalSlm.Gguf.Interop;
using LocalSlm.Hardware;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Computes batches on llama.cpp and keeps sequences in its KV memory.</summary>
internal sealed partial class GgufTokenDecoder : ITokenDecoder, IDisposable
{
    // Results of llama_decode (llama.h, v0.4.0).
    private const int Done = 0;
    private const int NoRoom = 1;
    private const int Stopped = 2;
    private const int BadInput = -1;

    // Anything below: no memory for the graph (-2), or it failed while it was computed (-3); "fatal error" in llama.h.

    private const int PaceAtExitMilliseconds = 10;

    private readonly ContextHandle _context;
    private readonly BatchHandle _batch;
    private readonly NativeLogScope _log;
    private readonly AbortGuard _guard;
    private readonly int[] _lengths;
    private readonly int[] _outputTokens;
    private readonly int _slidingWindow;
    private readonly bool _keepsState;
    private readonly bool _sharesCells;
    private readonly ulong _fingerprint;
    private readonly int _threads;
    private readonly ThreadGovernor? _governor;
    private readonly ProcessorShare _share;

    public GgufTokenDecoder(
        ContextHandle context,
        ModelTraits traits,
        ContextPlan plan,
        int vocabularySize,
        int threads,
        ThreadGovernor? governor,
        ProcessorShare share,
        NativeLogScope log
    )
    {
        _context = context;
        _log = log;
        _threads = threads;
        _governor = governor;
        _share = share;
        _slidingWindow = traits.SlidingWindowTokens;
        _keepsState = traits.KeepsRecurrentState;
        _fingerprint = traits.Fingerprint;

        // Cells of a sliding window that have fallen out of it are used again only while they belong to one sequence (find_slot
        // in llama-kv-cache.cpp, v0.4.0): shared ones would fill the small memory of the window for good.
        _sharesCells = plan.Layout == KvCacheLayout.Unified && _slidingWindow == 0;
        var batchTokens = context.BatchTokens;
        _batch = new BatchHandle(batchTokens);
        _lengths = new int[plan.SequenceCount];
        _outputTokens = new int[batchTokens];
        _guard = new AbortGuard(log, IsContended);
        _guard.Attach(context);
        Capabilities = new DecoderCapabilities
        {
            VocabularySize = vocabularySize,
            SequenceCount = plan.SequenceCount,
            SequenceTokens = Math.Min(plan.SequenceTokens, context.SequenceTokens),
            TotalTokens = traits.IsPurelyRecurrent
                ? (int)Math.Min(int.MaxValue, (long)plan.SequenceCount * plan.SequenceTokens)
                : context.ContextTokens,
            BatchTokens = batchTokens,
            CutBack =
                _keepsState ? CutBackSupport.Never
                : _slidingWindow > 0 ? CutBackSupport.Sometimes
                : CutBackSupport.Anywhere,
            PrefixSharing = _sharesCells && !traits.IsPurelyRecurrent ? PrefixSharing.Shared : PrefixSharing.Copied,
            KvCacheLayout = plan.Layout,
        };
    }

    public DecoderCapabilities Capabilities { get; }

    /// <summary>Gets how many threads the other models of this process left to the last step.</summary>
    internal int Share { get; private set; }

    /// <summary>Gets the graphics processor that computes, alone or beside the CPU; <see langword="null"/> if the CPU computes
    /// alone.</summary>
    public string? Accelerator { get; init; }

    public string? DeviceFailure { get; private set; }

    public void Decode(DecodeBatch batch, CancellationToken cancellationToken)
    {
        var rows = batch.Rows;
        if (rows.IsEmpty)
        {
            return;
        }

        Fill(batch);
        if (cancellationToken.IsCancellationRequested)
        {
            batch.Statuses.Fill(DecodeStatus.Cancelled);
            return;
        }

        if (!ProcessExitGate.TryEnter())
        {
            // Nothing is computed any more. The owner asks again until it is stopped or gone: let it do so at leisure.
            batch.Statuses.Fill(DecodeStatus.Cancelled);
            cancellationToken.WaitHandle.WaitOne(PaceAtExitMilliseconds);
            return;
        }

        NativeLogRouter.Enter(_log);
        int result;
        try
        {
            result = Compute(batch, cancellationToken);
        }
        finally
        {
            _guard.Disarm();
            NativeLogRouter.Enter(null);
            ProcessExitGate.Leave();
        }

        Settle(batch, result);
    }

    public Span<float> GetLogits(int output)
    {
        var logits = _context.GetLogits(_outputTokens[output], Capabilities.VocabularySize);
        return logits.IsEmpty
            ? throw new InvalidOperationException($"Output {output} has no logits: the last batch was not computed.")
            : logits;
    }

    public void Dispose()
    {
        _context.Dispose();
        _guard.Dispose();
        _batch.Dispose();
        _share.Dispose();
    }

    private void Fill(DecodeBatch batch)
    {
        if (batch.TokenCount > _batch.Capacity)
        {
            throw new ArgumentException(
                $"The batch has {batch.TokenCount} tokens; this decoder takes {_batch.Capacity}.",
                nameof(batch)
            );
        }

        var tokens = batch.Tokens;
        foreach (ref readonly var row in batch.Rows)
        {
            if (row.Adapter != 0)
            {
                throw new NotSupportedException($"Adapter {row.Adapter} is not loaded; this decoder has none.");
            }

            if ((uint)row.Sequence >= (uint)_lengths.Length)
            {
                throw new ArgumentException(
                    $"There is no sequence {row.Sequence}; there are {_lengths.Length}.",
                    nameof(batch)
                );
            }

            if (row.StartPosition != _lengths[row.Sequence])
            {
                throw new ArgumentException(
                    $"A row of sequence {row.Sequence} starts at {row.StartPosition}, but the sequence holds {_lengths[row.Sequence]} tokens.",
                    nameof(batch)
                );
            }

            _batch.SetRow(
                row.FirstToken,
                tokens.Slice(row.FirstToken, row.TokenCount),
                row.Sequence,
                row.StartPosition,
                row.OutputCount
            );
            var firstOutputToken = row.FirstToken + row.TokenCount - row.OutputCount;
            for (var i = 0; i < row.OutputCount; i++)
            {
                _outputTokens[row.FirstOutput + i] = firstOutputToken + i;
            }
        }
    }

    private int Compute(DecodeBatch batch, CancellationToken cancellationToken)
    {
        Share = _share.Begin(_threads);
        try
        {
            if (_governor is not null)
            {
                return ComputeAdapting(batch, _governor, cancellationToken);
            }

            _guard.Arm(long.MaxValue, watchesLoad: false, CanStop(batch) ? cancellationToken : default);
            _context.SetThreads(_threads);
            return _context.Decode(_batch, batch.TokenCount);
        }
        finally
        {
            _share.End();
        }
    }

    /// <summary>Computes with as many threads as have cores; a step that is caught waiting for cores is stopped, undone and computed
    /// again with fewer.</summary>
    private int ComputeAdapting(DecodeBatch batch, ThreadGovernor governor, CancellationToken cancellationToken)
    {
        var tokens = batch.TokenCount;
        var stoppable = CanStop(batch);
        var threads = governor.Choose(_share.Reading, Share, Stopwatch.GetTimestamp());
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            var mayStop = stoppable && threads > 1;
            _guard.Arm(
                mayStop ? governor.GetDeadline(threads, tokens, start) : long.MaxValue,
                mayStop,
                stoppable ? cancellationToken : default
            );
            _context.SetThreads(threads);
            var result = _context.Decode(_batch, tokens);
            if (result == Done)
            {
                governor.Finished(threads, tokens, Stopwatch.GetTimestamp() - start);
            }

            if (result != Stopped || _guard.Reason is not (AbortReason.Contended or AbortReason.Late))
            {
                return result;
            }

            Undo(batch.Rows);
            threads = governor.Aborted(_share.Reading, Stopwatch.GetTimestamp());
        }
    }

    private bool IsContended() => _share.Reading.IsShortTwice(_governor!.Threads);

    /// <summary>Tells whether a computation that is stopped midway can be undone. A recurrent state cannot; a sliding window only
    /// if the batch is computed in one piece, because each further piece may overwrite cells that the one before still needed.
    /// llama.cpp cuts batches of a split memory into pieces of equal row length.</summary>
    private bool CanStop(DecodeBatch batch)
    {
        if (_keepsState)
        {
            return false;
        }

        if (_slidingWindow == 0)
        {
            return true;
        }

        var rows = batch.Rows;
        if (Capabilities.KvCacheLayout == KvCacheLayout.Split)
        {
            foreach (ref readonly var row in rows)
            {
                if (row.TokenCount != rows[0].TokenCount)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Sets statuses and lengths, and takes out what a failed computation left behind: without room or with bad input
    /// nothing was changed; where it was stopped or failed, the pieces of the batch that were done stay in memory.</summary>
    private void Settle(DecodeBatch batch, int result)
    {
        var status = result switch
        {
            Done => DecodeStatus.Done,
            NoRoom => DecodeStatus.OutOfMemory,
            Stopped => DecodeStatus.Cancelled,
            _ => DecodeStatus.Failed,
        };
        var rows = batch.Rows;
        var statuses = batch.Statuses;
        for (var i = 0; i < rows.Length; i++)
        {
            statuses[i] = status;
            if (result == Done)
            {
                _lengths[rows[i].Sequence] += rows[i].TokenCount;
            }
        }

        if (result is not (Done or NoRoom or BadInput))
        {
            if (result < BadInput && Accelerator is { } accelerator)
            {
                DeviceFailure =
                    $"llama_decode gave {result} on {accelerator}. {WeightsLoader.Describe(_log.LastErrors)}";
            }

            Undo(rows);
        }
    }
}
