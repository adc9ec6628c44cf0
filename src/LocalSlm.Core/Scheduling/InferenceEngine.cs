using System.Collections.Concurrent;
using LocalSlm.Constraints.Shaping;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>The engine of one loaded model: requests come in from any thread, one owner thread computes them all. Disposing it
/// ends every request with <see cref="ModelUnloadedException"/> and joins the thread.</summary>
internal sealed class InferenceEngine : ITextGenerator, IDisposable, IAsyncDisposable
{
    private readonly EngineSettings _settings;
    private readonly ITokenDecoder _decoder;
    private readonly ReplyScheduler _scheduler;
    private readonly EngineCounters _counters = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EngineTelemetry? _telemetry;
    private readonly GrammarLibrary _grammars;
    private readonly ConcurrentQueue<LiveReply> _inbox = new();
    private readonly AutoResetEvent _news = new(false);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _owner;
    private readonly Action _wake;
    private readonly Action<LiveReply> _onEnded;
    private long _orders;
    private int _pending;
    private int _disposed;
    private Exception? _broken;

    public InferenceEngine(
        EngineSettings settings,
        ITokenDecoder decoder,
        ITokenizer tokenizer,
        TimeProvider time,
        ILogger logger,
        Func<Func<EngineStatistics>, EngineTelemetry>? telemetry = null
    )
    {
        _settings = settings;
        _decoder = decoder;
        _time = time;
        _logger = logger;
        _telemetry = telemetry?.Invoke(() => Statistics);
        _wake = Wake;
        _onEnded = _ =>
        {
            Interlocked.Decrement(ref _pending);
            _scheduler!.OnReplyEnded();
            Wake();
        };
        _grammars = new GrammarLibrary(tokenizer, decoder.Capabilities.VocabularySize);
        _scheduler = new ReplyScheduler(settings, decoder, tokenizer, _counters, time, logger, _telemetry);
        _owner = new Thread(Run) { IsBackground = true, Name = $"LocalSlm {settings.ModelName}" };
        _owner.Start();
    }

    public EngineStatistics Statistics
    {
        get
        {
            var statistics = _counters.Read();
            return statistics with { QueuedRequests = statistics.QueuedRequests + _inbox.Count };
        }
    }

    /// <summary>Reports how long the model took to load.</summary>
    public void RecordLoad(TimeSpan duration) => _telemetry?.RecordLoad(duration);

    public IGeneration Submit(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (request.Prompt.Length == 0)
        {
            throw new ArgumentException("The prompt is empty: there is nothing to continue.", nameof(request));
        }

        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfStopped();
        var context = _decoder.Capabilities.SequenceTokens;
        if (request.Prompt.Length > context)
        {
            throw new ContextOverflowException(request.Prompt.Length, context);
        }

        if (Interlocked.Increment(ref _pending) > _settings.MaxQueuedRequests + _settings.MaxConcurrentReplies)
        {
            Interlocked.Decrement(ref _pending);
            throw new QueueFullException(_settings.ModelName, _settings.MaxQueuedRequests);
        }

        var reply = new LiveReply(
            request,
            Interlocked.Increment(ref _orders),
            _decoder.Capabilities.VocabularySize,
            _settings.ReplyBufferUpdates,
            _time.GetTimestamp(),
            _wake,
            _onEnded
        )
        {
            Span = _telemetry?.StartGeneration(),
            Prepared = request.Shape is { } shape ? _grammars.Prepare(shape, _wake) : null,
        };
        _inbox.Enqueue(reply);
        reply.BindTo(cancellationToken);
        Wake();
        if (Volatile.Read(ref _disposed) != 0)
        {
            // The engine stopped meanwhile, perhaps after its last look at the inbox.
            reply.End(new ModelUnloadedException(_settings.ModelName));
        }

        return reply;
    }

    public void Dispose()
    {
        Stop();
        _owner.Join();
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Stop()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _stopping.Cancel();
            _grammars.Dispose();
            Wake();
        }
    }

    private void Wake() => _news.Set();

    private void ThrowIfStopped()
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            throw new ModelUnloadedException(_settings.ModelName);
        }

        if (Volatile.Read(ref _broken) is { } broken)
        {
            throw new InferenceException(_settings.ModelName, "the engine has failed. Load the model again.", broken);
        }
    }

    private void Run()
    {
        var stop = _stopping.Token;
        var firstTokens = 0L;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                DrainInbox();
                if (!Step(stop))
                {
                    _news.WaitOne(_scheduler.WaitLimit());
                }
                else if (_scheduler.FirstTokens != firstTokens)
                {
                    // The next step spins on every core: whoever waits for a first token gets this one now, not at the
                    // operating system's next tick.
                    firstTokens = _scheduler.FirstTokens;
                    Thread.Yield();
                }
            }
        }
        catch (Exception error)
        {
            // The thread that everybody waits for ends, but never the process: requests get a typed error from here on.
            EngineLog.StepFailed(_logger, _settings.ModelName, error);
            Volatile.Write(ref _broken, error);
        }

        DrainInbox();
        _scheduler.EndAll(() => new ModelUnloadedException(_settings.ModelName));
        _scheduler.Dispose();
        _telemetry?.Dispose();
        _ended.SetResult();
    }

    private bool Step(CancellationToken stop)
    {
        try
        {
            return _scheduler.Step(stop);
        }
        catch (Exception error)
        {
            EngineLog.StepFailed(_logger, _settings.ModelName, error);
            _scheduler.FailActive(
                error as LocalSlmException
                    ?? new InferenceException(_settings.ModelName, $"a step failed: {error.Message}", error)
            );
            return true;
        }
    }

    private void DrainInbox()
    {
        while (_inbox.TryDequeue(out var reply))
        {
            _scheduler.Enqueue(reply);
        }
    }
}
