using System.Diagnostics;
using LocalSlm.Embeddings;
using LocalSlm.Gguf.Interop;
using LocalSlm.Hardware;

namespace LocalSlm.Gguf.Runtime;

/// <summary>An embedding model on llama.cpp. The library gives the hidden state of every token; they are pooled here.</summary>
internal sealed class GgufEmbedder : IRuntimeEmbedder
{
    // Results of llama_decode (llama.h, v0.4.0).
    private const int Done = 0;
    private const int Stopped = 2;
    private const int BadInput = -1;

    private readonly ModelHandle _model;
    private readonly ContextHandle _context;
    private readonly BatchHandle _batch;
    private readonly EmbedderPlan _plan;
    private readonly ThreadGovernor? _governor;
    private readonly ProcessorShare _share;
    private readonly NativeLogScope _log;
    private readonly AbortGuard _guard;
    private readonly int _dimensions;
    private readonly List<Stretch> _step = [];
    private int _disposed;

    public GgufEmbedder(
        ModelHandle model,
        ContextHandle context,
        EmbedderPlan plan,
        ThreadGovernor? governor,
        ProcessorShare share,
        NativeLogScope log
    )
    {
        _model = model;
        _context = context;
        _plan = plan;
        _governor = governor;
        _share = share;
        _log = log;
        _dimensions = model.OutputWidth;
        _batch = new BatchHandle(plan.StepTokens);
        _guard = new AbortGuard(log, IsContended);
        _guard.Attach(context);
    }

    public required ModelFacts Facts { get; init; }

    public required ITokenizer Tokenizer { get; init; }

    public required string Device { get; init; }

    /// <summary>Gets a value indicating whether a graphics processor computes, alone or beside the CPU.</summary>
    public required bool IsAccelerated { get; init; }

    public string? DeviceFailure { get; private set; }

    public required string RuntimeVersion { get; init; }

    public required int Threads { get; init; }

    public int MaxTokens => _plan.MaxTokens;

    public int BatchTexts => _plan.BatchTexts;

    public int BatchTokens => _plan.BatchTokens;

    public bool PadsBatches => false;

    public IReadOnlyList<DeviceMemory> Memory { get; init; } = [];

    public IReadOnlyList<DeviceAttempt> FailedDevices { get; init; } = [];

    public void Embed(
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> lengths,
        EmbeddingPooling pooling,
        Span<float> vectors,
        CancellationToken cancellationToken
    )
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (lengths.Length > _plan.BatchTexts)
        {
            throw new ArgumentException(
                $"There are {lengths.Length} texts; at most {_plan.BatchTexts} are computed together."
            );
        }

        if (!ProcessExitGate.TryEnter())
        {
            throw new InferenceException(Facts.Name ?? Facts.Path, "the process ends.");
        }

        NativeLogRouter.Enter(_log);
        try
        {
            var first = 0;
            var used = 0;
            _step.Clear();
            for (var text = 0; text < lengths.Length; text++)
            {
                var length = lengths[text];
                if (length > _plan.MaxTokens || length < 1)
                {
                    throw new ArgumentException($"A text has {length} tokens; 1 to {_plan.MaxTokens} are taken.");
                }

                if (used + length > _plan.StepTokens && used > 0)
                {
                    Compute(pooling, vectors, ref used, cancellationToken);
                }

                // A text that is longer than a step spans several, and is alone in them.
                for (var position = 0; position < length; )
                {
                    var count = Math.Min(length - position, _plan.StepTokens - used);
                    _batch.SetRow(used, tokens.Slice(first + position, count), text, position, outputs: count);
                    _step.Add(new Stretch(text, used, count, position, length));
                    used += count;
                    position += count;
                    if (position < length)
                    {
                        Compute(pooling, vectors, ref used, cancellationToken);
                    }
                }

                first += length;
            }

            Compute(pooling, vectors, ref used, cancellationToken);
        }
        finally
        {
            _context.Clear();
            _guard.Disarm();
            NativeLogRouter.Enter(null);
            ProcessExitGate.Leave();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // The context goes first: it uses the model and the pool.
        _context.Dispose();
        _guard.Dispose();
        _batch.Dispose();
        _share.Dispose();
        _model.Dispose();
        NativeLogRouter.Close(_log);
    }

    /// <summary>Computes what stands in the native batch and pools its hidden states.</summary>
    private void Compute(
        EmbeddingPooling pooling,
        Span<float> vectors,
        ref int used,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = ComputeAdapting(used, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (result != Done)
        {
            if (result < BadInput && IsAccelerated)
            {
                DeviceFailure = $"llama_decode gave {result} on {Device}. {WeightsLoader.Describe(_log.LastErrors)}";
            }

            throw new InferenceException(
                Facts.Name ?? Facts.Path,
                result == Stopped
                    ? "the computation was stopped because the process ends."
                    : $"llama_decode failed with code {result}. {WeightsLoader.Describe(_log.LastErrors)}"
            );
        }

        var isOpen = false;
        foreach (var stretch in _step)
        {
            var vector = vectors.Slice(stretch.Text * _dimensions, _dimensions);
            Pool(stretch, pooling, vector);
            isOpen |= stretch.Position + stretch.Count < stretch.Length;
        }

        _step.Clear();
        used = 0;
        if (!isOpen)
        {
            _context.Clear();
        }
    }

    private void Pool(Stretch stretch, EmbeddingPooling pooling, Span<float> vector)
    {
        for (var token = 0; token < stretch.Count; token++)
        {
            var state = _context.GetHiddenState(stretch.First + token, _dimensions);
            if (state.IsEmpty)
            {
                throw new InferenceException(
                    Facts.Name ?? Facts.Path,
                    $"llama.cpp gave no hidden state for token {token}. {WeightsLoader.Describe(_log.LastErrors)}"
                );
            }

            VectorPooling.Add(state, pooling, stretch.Position + token, stretch.Length, vector);
        }
    }

    /// <summary>Computes with as many threads as have cores; a step that is caught waiting for cores is stopped and computed again
    /// with fewer.</summary>
    private int ComputeAdapting(int tokens, CancellationToken cancellationToken)
    {
        var share = _share.Begin(Threads);
        try
        {
            if (_governor is null)
            {
                _guard.Arm(long.MaxValue, watchesLoad: false, cancellationToken);
                _context.SetThreads(Threads);
                return _context.Decode(_batch, tokens);
            }

            var threads = _governor.Choose(_share.Reading, share, Stopwatch.GetTimestamp());
            while (true)
            {
                var start = Stopwatch.GetTimestamp();
                var mayStop = threads > 1;
                _guard.Arm(
                    mayStop ? _governor.GetDeadline(threads, tokens, start) : long.MaxValue,
                    mayStop,
                    cancellationToken
                );
                _context.SetThreads(threads);
                var result = _context.Decode(_batch, tokens);
                if (result == Done)
                {
                    _governor.Finished(threads, tokens, Stopwatch.GetTimestamp() - start);
                }

                if (result != Stopped || _guard.Reason is not (AbortReason.Contended or AbortReason.Late))
                {
                    return result;
                }

                // The library took the step's tokens out of its memory itself (llama_context::decode, v0.4.0): a step is one of its
                // micro-batches.
                threads = _governor.Aborted(_share.Reading, Stopwatch.GetTimestamp());
            }
        }
        finally
        {
            _share.End();
        }
    }

    private bool IsContended() => _share.Reading.IsShortTwice(_governor!.Threads);

    /// <summary>Tokens of one text in a native step.</summary>
    /// <param name="Text">Which text.</param>
    /// <param name="First">Where they begin in the step.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Position">How many tokens of the text came before.</param>
    /// <param name="Length">All tokens of the text.</param>
    private readonly record struct Stretch(int Text, int First, int Count, int Position, int Length);
}
