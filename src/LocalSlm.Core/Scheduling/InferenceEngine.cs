using System.Collections.Concurrent;
using LocalSlm.Constraints.Shaping;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>The engine of one loaded model: requests come in from any thread, one owner thread computes them all. Disposing it
/// ends every request with <see cref="ModelUnloadedException"/> and joins the thread.</summary>
/// <remarks>When the device fails, the model is opened on the next one while the owner thread waits; every reply keeps what it is, and is
/// replayed there from its tokens. Its reader sees a pause.</remarks>
internal sealed class InferenceEngine : ITextGenerator, IDisposable, IAsyncDisposable
{
    private readonly EngineSettings _settings;
    private readonly IFailover? _failover;
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
    private DecoderCapabilities _capabilities;
    private long _orders;
    private int _pending;
    private int _disposed;
    private Exception? _broken;
    private Exception? _deviceFault;

    public InferenceEngine(
        EngineSettings settings,
        ITokenDecoder decoder,
        ITokenizer tokenizer,
        TimeProvider time,
        ILogger logger,
        Func<Func<EngineStatistics>, EngineTelemetry>? telemetry = null,
        IFailover? failover = null
    )
    {
        _settings = settings;
        _failover = failover;
        _capabilities = decoder.Capabilities;
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
        _scheduler = new ReplyScheduler(
            settings,
            decoder,
            tokenizer,
            _counters,
            time,
            logger,
            _telemetry,
            failover is not null
        );
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
        var context = Volatile.Read(ref _capabilities).SequenceTokens;
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
            _capabilities.VocabularySize,
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
        else if (Volatile.Read(ref _broken) is { } broken)
        {
            reply.End(Failed(broken));
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

    /// <summary>Gets why every request fails from here on; <see langword="null"/> while the engine serves.</summary>
    public Exception? Fault => Volatile.Read(ref _broken) ?? Volatile.Read(ref _deviceFault);

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
            throw Failed(broken);
        }
    }

    private InferenceException Failed(Exception cause) =>
        new(_settings.ModelName, $"the engine has failed: {cause.Message} Load the model again.", cause);

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

                if (_failover is null && _deviceFault is null && _scheduler.DeviceFailure is { } fault)
                {
                    // Every step fails from here on, each with its own error.
                    Volatile.Write(ref _deviceFault, new InferenceException(_settings.ModelName, fault));
                }

                if (
                    _failover is not null
                    && _scheduler.DeviceFailure is { } reason
                    && !FailOver(_failover, reason, stop)
                )
                {
                    break;
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
        _scheduler.EndAll(() =>
            _broken is { } broken ? Failed(broken) : new ModelUnloadedException(_settings.ModelName)
        );
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

    /// <summary>Goes on with the next device. Meanwhile new requests wait, and cancelled ones end.</summary>
    /// <returns><see langword="false"/> if no device is left, or none serves: the engine ends.</returns>
    private bool FailOver(IFailover failover, string reason, CancellationToken stop)
    {
        var since = _time.GetTimestamp();
        var failed = failover.Device;
        EngineLog.DeviceFailed(_logger, _settings.ModelName, failed, reason, Volatile.Read(ref _pending));
        _scheduler.Suspend();
        var move = new DeviceMove<ITokenDecoder>();
        _ = move.RunAsync(failover.MoveAsync, reason, _wake, stop);
        while (!move.IsOver)
        {
            DrainInbox();
            if (stop.IsCancellationRequested)
            {
                // At once; the loading ends when it sees the token, and only then may the model be freed.
                _scheduler.EndAll(() => new ModelUnloadedException(_settings.ModelName));
            }
            else
            {
                _scheduler.Rest();
            }

            _news.WaitOne();
        }

        if (stop.IsCancellationRequested)
        {
            return true;
        }

        if (move.Moved is not { } decoder)
        {
            EngineLog.NoDeviceLeft(_logger, _settings.ModelName, failed, move.Error!);
            Volatile.Write(ref _broken, move.Error);
            return false;
        }

        var pause = _time.GetElapsedTime(since);
        Volatile.Write(ref _capabilities, decoder.Capabilities);
        _counters.Failovers++;
        _telemetry?.RecordFailover(failover.Device, pause);
        EngineLog.DeviceReplaced(_logger, _settings.ModelName, failover.Device, failed, pause.TotalSeconds);
        DrainInbox();
        _scheduler.Resume(decoder, EngineTelemetry.TraceFailover(failed, failover.Device, pause));
        return true;
    }

    private void DrainInbox()
    {
        while (_inbox.TryDequeue(out var reply))
        {
            _scheduler.Enqueue(reply);
        }
    }
}
