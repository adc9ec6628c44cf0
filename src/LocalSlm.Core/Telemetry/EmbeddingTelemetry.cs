using System.Diagnostics;
using LocalSlm.Embeddings;

namespace LocalSlm.Telemetry;

/// <summary>Reports one loaded embedding model. Safe for concurrent use.</summary>
internal sealed class EmbeddingTelemetry : IDisposable
{
    private readonly LocalSlmTelemetry _owner;
    private readonly EngineTelemetry _engine;
    private readonly KeyValuePair<string, object?> _model;
    private volatile string _deviceName;

    internal EmbeddingTelemetry(
        LocalSlmTelemetry owner,
        string model,
        string device,
        Func<EmbeddingStatistics> statistics
    )
    {
        _owner = owner;
        _model = new("localslm.model", model);
        _deviceName = device;
        _engine = owner.AddEngine(
            model,
            device,
            () =>
            {
                var now = statistics();
                return new EngineStatistics
                {
                    QueuedRequests = now.QueuedRequests,
                    ActiveRequests = now.ActiveRequests,
                };
            }
        );
    }

    // Made when asked for: a pair that is replaced while others read it could be read half.
    private KeyValuePair<string, object?> Device => new("localslm.device", _deviceName);

    /// <summary>Records that the model went on with another device after its own had failed.</summary>
    public void RecordFailover(string device, TimeSpan duration)
    {
        _engine.RecordFailover(device, duration);
        _deviceName = device;
    }

    /// <summary>Records that the model was loaded.</summary>
    public void RecordLoad(TimeSpan duration) => _engine.RecordLoad(duration);

    /// <summary>Records a batch that was computed.</summary>
    public void RecordBatch(int texts, int tokens, TimeSpan duration)
    {
        _owner.EmbeddingTexts.Add(texts, _model, Device);
        _owner.EmbeddingTokens.Add(tokens, _model, Device);
        _owner.EmbeddingBatchTexts.Record(texts, _model, Device);
        if (duration > TimeSpan.Zero)
        {
            _owner.EmbeddingRate.Record(tokens / duration.TotalSeconds, _model, Device);
        }
    }

    /// <summary>Starts the span of a request, a child of the caller's activity, without making it the current one.</summary>
    /// <returns>The span; <see langword="null"/> while nobody listens.</returns>
    public Activity? StartEmbedding(IReadOnlyList<EmbeddingItem> items)
    {
        if (!LocalSlmTelemetry.Activities.HasListeners())
        {
            return null;
        }

        var caller = Activity.Current;
        try
        {
            var span = LocalSlmTelemetry.Activities.StartActivity("localslm.embed");
            if (span is { IsAllDataRequested: true })
            {
                span.SetTag(_model.Key, _model.Value);
                span.SetTag(Device.Key, Device.Value);
                span.SetTag("localslm.embedding.texts", items.Count);
                span.SetTag("localslm.embedding.tokens", items.Sum(static item => (long)item.Tokens.Length));
            }

            return span;
        }
        finally
        {
            Activity.Current = caller;
        }
    }

    /// <summary>Records a request that ended, in whatever way.</summary>
    /// <param name="job">The request.</param>
    /// <param name="waited">How long it waited for its turn; <see langword="null"/> if it never had one.</param>
    public void EndEmbedding(EmbeddingJob job, TimeSpan? waited)
    {
        if (waited is { } duration)
        {
            _owner.QueueDuration.Record(duration.TotalSeconds, _model, Device);
        }

        if (job.Span is not { } span)
        {
            return;
        }

        if (span.IsAllDataRequested)
        {
            span.SetTag("localslm.request.queue.duration", waited?.TotalSeconds);
            var error =
                job.Completion.IsCanceled ? typeof(OperationCanceledException)
                : job.Completion.IsFaulted ? job.Completion.Exception?.InnerException?.GetType()
                : null;
            if (error is not null)
            {
                // The type alone: messages may quote what a user wrote.
                span.SetTag("error.type", error.FullName);
                span.SetStatus(ActivityStatusCode.Error);
            }
        }

        // Stopping makes the span's parent the current activity, which is the caller's, not this thread's.
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    public void Dispose() => _engine.Dispose();
}
