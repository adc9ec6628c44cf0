using System.Collections.Concurrent;
using LocalSlm.Loading;
using LocalSlm.Scheduling;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Embeddings;

/// <summary>The engine of one loaded embedding model: requests come in from any thread, one owner thread computes them all, texts of
/// several requests together where they fit. Disposing it ends every request with <see cref="ModelUnloadedException"/> and joins
/// the thread.</summary>
internal sealed class EmbeddingEngine : IDisposable, IAsyncDisposable
{
    private readonly string _modelName;
    private readonly int _maxQueuedRequests;
    private readonly int _dimensions;
    private readonly EmbedderFailover? _failover;
    private readonly EmbeddingCounters _counters = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EmbeddingTelemetry? _telemetry;
    private readonly ConcurrentQueue<EmbeddingJob> _inbox = new();
    private readonly List<EmbeddingJob> _waiting = [];
    private readonly EmbeddingBatch _batch = new();
    private readonly AutoResetEvent _news = new(false);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Thread _owner;
    private readonly Action _onJobEnded;
    private IRuntimeEmbedder _embedder;
    private EmbeddingBatchPlanner _planner;
    private CancellationTokenSource _step = new();
    private float[] _vectors = [];
    private bool _computing;
    private int _pending;
    private int _active;
    private int _disposed;
    private Exception? _broken;

    public EmbeddingEngine(
        string modelName,
        int maxQueuedRequests,
        int dimensions,
        IRuntimeEmbedder embedder,
        TimeProvider time,
        ILogger logger,
        Func<Func<EmbeddingStatistics>, EmbeddingTelemetry>? telemetry = null,
        EmbedderFailover? failover = null
    )
    {
        _failover = failover;
        _modelName = modelName;
        _maxQueuedRequests = maxQueuedRequests;
        _dimensions = dimensions;
        _embedder = embedder;
        _time = time;
        _logger = logger;
        _planner = CreatePlanner(embedder);
        _telemetry = telemetry?.Invoke(() => Statistics);
        _onJobEnded = OnJobEnded;
        _owner = new Thread(Run) { IsBackground = true, Name = $"LocalSlm {modelName}" };
        _owner.Start();
    }

    public EmbeddingStatistics Statistics => _counters.Read(Volatile.Read(ref _pending), Volatile.Read(ref _active));

    /// <summary>Reports how long the model took to load.</summary>
    public void RecordLoad(TimeSpan duration) => _telemetry?.RecordLoad(duration);

    /// <summary>Computes vectors.</summary>
    /// <param name="items">The tokens; at least one item.</param>
    /// <param name="pooling">How hidden states become vectors.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The vectors as the model gives them, in the order of the items.</returns>
    /// <exception cref="QueueFullException">Too many requests wait.</exception>
    /// <exception cref="ModelUnloadedException">The engine has stopped.</exception>
    public Task<float[][]> EmbedAsync(
        IReadOnlyList<EmbeddingItem> items,
        EmbeddingPooling pooling,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfStopped();

        // One is being computed; the others wait.
        if (Interlocked.Increment(ref _pending) > _maxQueuedRequests + 1)
        {
            Interlocked.Decrement(ref _pending);
            throw new QueueFullException(_modelName, _maxQueuedRequests);
        }

        var job = new EmbeddingJob(items, pooling, _time.GetTimestamp(), _onJobEnded)
        {
            Span = _telemetry?.StartEmbedding(items),
        };
        _inbox.Enqueue(job);
        job.BindTo(cancellationToken);
        _news.Set();
        if (Volatile.Read(ref _disposed) != 0)
        {
            // The engine stopped meanwhile, perhaps after its last look at the inbox.
            job.Fail(new ModelUnloadedException(_modelName));
        }
        else if (Volatile.Read(ref _broken) is { } broken)
        {
            job.Fail(Failed(broken));
        }

        return job.Completion;
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
            lock (_gate)
            {
                _step.Cancel();
            }

            _news.Set();
        }
    }

    private void ThrowIfStopped()
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            throw new ModelUnloadedException(_modelName);
        }

        if (Volatile.Read(ref _broken) is { } broken)
        {
            throw Failed(broken);
        }
    }

    private InferenceException Failed(Exception cause) =>
        new(_modelName, "the engine has failed. Load the model again.", cause);

    private void OnJobEnded()
    {
        Interlocked.Decrement(ref _pending);
        _counters.AddCompleted();
        lock (_gate)
        {
            // A step is stopped early only when nobody wants any of it.
            if (_computing && _batch.Jobs.All(static job => job.IsEnded))
            {
                _step.Cancel();
            }
        }
    }

    private void Run()
    {
        var stop = _stopping.Token;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                DrainInbox();
                RemoveEnded();
                if (_waiting.Count == 0)
                {
                    _news.WaitOne();
                }
                else
                {
                    Step();
                }
            }
        }
        catch (Exception error)
        {
            // The thread that everybody waits for ends, but never the process: requests get a typed error from here on.
            EngineLog.StepFailed(_logger, _modelName, error);
            Volatile.Write(ref _broken, error);
        }

        DrainInbox();
        foreach (var job in _waiting)
        {
            End(job, _broken is { } broken ? Failed(broken) : new ModelUnloadedException(_modelName));
        }

        _waiting.Clear();
        _telemetry?.Dispose();
        _ended.SetResult();
    }

    private void Step()
    {
        _batch.Clear();
        _planner.Fill(_waiting, _batch);
        lock (_gate)
        {
            if (!_step.TryReset())
            {
                _step.Dispose();
                _step = new CancellationTokenSource();
            }

            _computing = true;
        }

        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        var started = _time.GetTimestamp();
        foreach (var job in _batch.Jobs)
        {
            job.StartedAt = job.StartedAt == 0 ? started : job.StartedAt;
        }

        Volatile.Write(ref _active, _batch.Jobs.Count);
        try
        {
            var values = _batch.Rows.Count * _dimensions;
            if (_vectors.Length < values)
            {
                _vectors = new float[values];
            }

            Compute(values);
            EndComputing();
            _counters.AddBatch(_batch.Rows.Count, _batch.TokenCount);
            _telemetry?.RecordBatch(_batch.Rows.Count, _batch.TokenCount, _time.GetElapsedTime(started));
            for (var row = 0; row < _batch.Rows.Count; row++)
            {
                var (job, item) = _batch.Rows[row];
                if (!job.IsEnded)
                {
                    job.Finish(item, _vectors.AsSpan(row * _dimensions, _dimensions));
                }
            }
        }
        catch (OperationCanceledException) when (_step.IsCancellationRequested || _stopping.IsCancellationRequested)
        {
            // Every request in it has ended, or the engine stops.
        }
        catch (Exception error)
        {
            EngineLog.StepFailed(_logger, _modelName, error);
            foreach (var job in _batch.Jobs)
            {
                job.Fail(
                    error as LocalSlmException
                        ?? new InferenceException(_modelName, $"a step failed: {error.Message}", error)
                );
            }
        }
        finally
        {
            EndComputing();
            Volatile.Write(ref _active, 0);
        }

        // The next request has its turn.
        if (_waiting.Count > 0)
        {
            var leader = _waiting[0];
            _waiting.RemoveAt(0);
            _waiting.Add(leader);
        }
    }

    // Where the device fails, the batch is computed again on the next one: texts keep nothing between batches.
    private void Compute(int values)
    {
        while (true)
        {
            try
            {
                EmbeddingPieces.Compute(_embedder, _batch, _vectors.AsSpan(0, values), _step.Token);
                return;
            }
            catch (Exception) when (_failover is not null && _embedder.DeviceFailure is not null)
            {
                FailOver(_failover, _embedder.DeviceFailure);
            }
        }
    }

    /// <summary>Goes on with the next device. Meanwhile new requests wait, and cancelled ones end.</summary>
    /// <exception cref="InferenceException">No device is left, or none serves.</exception>
    /// <exception cref="OperationCanceledException">The engine stops.</exception>
    private void FailOver(EmbedderFailover failover, string reason)
    {
        var since = _time.GetTimestamp();
        var failed = failover.Device;
        EngineLog.DeviceFailed(_logger, _modelName, failed, reason, Volatile.Read(ref _pending));
        EndComputing();
        var move = new DeviceMove<IRuntimeEmbedder>();
        _ = move.RunAsync(failover.MoveAsync, reason, () => _news.Set(), _stopping.Token);
        while (!move.IsOver)
        {
            DrainInbox();
            RemoveEnded();
            _news.WaitOne();
        }

        _stopping.Token.ThrowIfCancellationRequested();
        if (move.Moved is not { } embedder)
        {
            EngineLog.NoDeviceLeft(_logger, _modelName, failed, move.Error!);
            throw new InferenceException(
                _modelName,
                $"its device failed ({reason}), and no other one serves: {move.Error!.Message}",
                move.Error
            );
        }

        _embedder = embedder;
        _planner = CreatePlanner(embedder);
        var pause = _time.GetElapsedTime(since);
        _telemetry?.RecordFailover(failover.Device, pause);
        EngineLog.DeviceReplaced(_logger, _modelName, failover.Device, failed, pause.TotalSeconds);
    }

    private static EmbeddingBatchPlanner CreatePlanner(IRuntimeEmbedder embedder) =>
        new(embedder.BatchTexts, embedder.BatchTokens, embedder.PadsBatches);

    private void EndComputing()
    {
        lock (_gate)
        {
            _computing = false;
        }
    }

    private void RemoveEnded()
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var job = _waiting[i];
            if (job.IsEnded)
            {
                _waiting.RemoveAt(i);
                End(job, error: null);
            }
        }
    }

    private void End(EmbeddingJob job, Exception? error)
    {
        if (error is not null)
        {
            job.Fail(error);
        }

        _telemetry?.EndEmbedding(job, job.StartedAt == 0 ? null : _time.GetElapsedTime(job.QueuedAt, job.StartedAt));
    }

    private void DrainInbox()
    {
        while (_inbox.TryDequeue(out var job))
        {
            if (job.IsEnded)
            {
                End(job, error: null);
            }
            else
            {
                _waiting.Add(job);
            }
        }
    }
}
