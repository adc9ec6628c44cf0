using LocalSlm.Hardware;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>What the decoders have in common: they check a batch, compute it run by run, end a run that is cancelled, and keep the
/// lengths of the sequences. How keys and values lie in memory is theirs.</summary>
internal abstract class OnnxTokenDecoder : ITokenDecoder, IDisposable
{
    private const int PaceAtExitMilliseconds = 10;

    private readonly ILogger _logger;
    private readonly OnnxSession _opened;
    private ProcessorUse? _processor;
    private readonly string? _accelerator;
    private bool _disposed;

    protected OnnxTokenDecoder(OnnxSession session, DecoderGraph graph, DecoderLimits limits, ILogger logger)
    {
        _opened = session;
        Session = session.Session;
        _accelerator = session.Accelerator;
        Graph = graph;
        Limits = limits;
        _logger = logger;
        Lengths = new int[limits.SequenceCount];
        Logits = new LogitStore(graph.VocabularySize, graph.Logits.ElementType);
    }

    public abstract DecoderCapabilities Capabilities { get; }

    /// <summary>Gets what the library said when a run last failed.</summary>
    public string? LastError { get; private set; }

    public string? DeviceFailure { get; private set; }

    /// <summary>Gets the threads that it takes; <see langword="null"/> before the first step.</summary>
    internal ProcessorUse? Processor => _processor;

    /// <summary>Gets the session that computes.</summary>
    internal InferenceSession Session { get; }

    protected DecoderGraph Graph { get; }

    protected DecoderLimits Limits { get; }

    protected ILogger Logger => _logger;

    /// <summary>Gets the tokens that each sequence holds.</summary>
    protected int[] Lengths { get; }

    /// <summary>Gets the logits of the last batch.</summary>
    protected LogitStore Logits { get; }

    /// <summary>Gets the options of every run; a cancelled token ends the run through them.</summary>
    protected RunOptions RunOptions { get; } = new();

    public void Decode(DecodeBatch batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (batch.RowCount == 0)
        {
            return;
        }

        Check(batch);
        batch.Statuses.Clear();
        Logits.Begin(batch.OutputCount);
        if (cancellationToken.IsCancellationRequested)
        {
            batch.Statuses.Fill(DecodeStatus.Cancelled);
            return;
        }

        _processor ??= new ProcessorUse(_opened);
        if (!ProcessExitGate.TryEnter())
        {
            // Nothing is computed any more. The owner asks again until it is stopped or gone: let it do so at leisure.
            batch.Statuses.Fill(DecodeStatus.Cancelled);
            cancellationToken.WaitHandle.WaitOne(PaceAtExitMilliseconds);
            return;
        }

        _processor.Begin();
        var registration = cancellationToken.UnsafeRegister(
            static options => ((RunOptions)options!).Terminate = true,
            RunOptions
        );
        try
        {
            RefuseForeignTokens(batch);
            Compute(batch, cancellationToken);
        }
        finally
        {
            // Waits for the callback if it runs just now: the next batch must not be ended by it.
            registration.Dispose();
            if (cancellationToken.IsCancellationRequested)
            {
                RunOptions.Terminate = false;
            }

            _processor.End();
            ProcessExitGate.Leave();
        }
    }

    public Span<float> GetLogits(int output) => Logits.Get(output);

    public abstract int GetKeepable(int sequence, int tokenCount);

    public abstract void CutBack(int sequence, int tokenCount);

    public abstract bool TryCopyPrefix(int source, int target, int tokenCount);

    public abstract byte[] Save(int sequence);

    public abstract bool TryRestore(int sequence, ReadOnlySpan<byte> state);

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        DisposeMemory();
        Logits.Dispose();
        RunOptions.Dispose();
        _processor?.Dispose();
    }

    /// <summary>Computes every row that is pending, sets its status, and its length where it is done.</summary>
    protected abstract void Compute(DecodeBatch batch, CancellationToken cancellationToken);

    /// <summary>Frees bindings, values and buffers, in this order.</summary>
    protected abstract void DisposeMemory();

    /// <summary>Tells what a run that threw means.</summary>
    protected DecodeStatus Explain(OnnxRuntimeException error, int tokens, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return DecodeStatus.Cancelled;
        }

        LastError = error.Message;
        DecoderLog.StepFailed(_logger, tokens, error);

        // The texts of onnxruntime/core/framework: an arena that the system refuses memory.
        if (
            error.Message.Contains("Failed to allocate memory", StringComparison.Ordinal)
            || error.Message.Contains("bad_alloc", StringComparison.Ordinal)
        )
        {
            return DecodeStatus.OutOfMemory;
        }

        if (_accelerator is not null)
        {
            // Runs that the device did before: a provider that fails now will not serve again (a lost device, a hung driver).
            DeviceFailure = $"ONNX Runtime failed on {_accelerator}: {error.Message}";
        }

        return DecodeStatus.Failed;
    }

    protected void ThrowIfNotEmpty(int sequence)
    {
        if (Lengths[sequence] > 0)
        {
            throw new InvalidOperationException(
                $"Sequence {sequence} holds {Lengths[sequence]} tokens; it must be empty. Cut it back to 0 first."
            );
        }
    }

    private void Check(DecodeBatch batch)
    {
        if (batch.TokenCount > Limits.BatchTokens)
        {
            throw new ArgumentException(
                $"The batch has {batch.TokenCount} tokens; this decoder takes {Limits.BatchTokens}.",
                nameof(batch)
            );
        }

        var rows = batch.Rows;
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            if (row.Adapter != 0)
            {
                throw new NotSupportedException($"Adapter {row.Adapter} is not loaded; this decoder has none.");
            }

            if ((uint)row.Sequence >= (uint)Lengths.Length)
            {
                throw new ArgumentException(
                    $"There is no sequence {row.Sequence}; there are {Lengths.Length}.",
                    nameof(batch)
                );
            }

            if (row.StartPosition != Lengths[row.Sequence])
            {
                throw new ArgumentException(
                    $"A row of sequence {row.Sequence} starts at {row.StartPosition}, but the sequence holds {Lengths[row.Sequence]} tokens.",
                    nameof(batch)
                );
            }

            for (var other = 0; other < i; other++)
            {
                if (rows[other].Sequence == row.Sequence)
                {
                    throw new ArgumentException($"Sequence {row.Sequence} has two rows in one batch.", nameof(batch));
                }
            }
        }
    }

    /// <summary>Graphs do not check ids: a quantised embedding reads whatever lies behind its table.</summary>
    private void RefuseForeignTokens(DecodeBatch batch)
    {
        var tokens = batch.Tokens;
        var rows = batch.Rows;
        for (var i = 0; i < rows.Length; i++)
        {
            foreach (var token in tokens.Slice(rows[i].FirstToken, rows[i].TokenCount))
            {
                if ((uint)token >= (uint)Graph.TokenCount)
                {
                    LastError = $"token {token} is not among the {Graph.TokenCount} that the graph takes.";
                    DecoderLog.ForeignToken(_logger, token, Graph.TokenCount);
                    batch.Statuses[i] = DecodeStatus.Failed;
                    break;
                }
            }

            if (rows[i].StartPosition + rows[i].TokenCount > Limits.SequenceTokens)
            {
                batch.Statuses[i] = DecodeStatus.OutOfMemory;
            }
        }
    }
}
