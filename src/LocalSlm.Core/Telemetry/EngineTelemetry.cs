using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalSlm.Scheduling;

namespace LocalSlm.Telemetry;

/// <summary>Reports one loaded model. Safe for concurrent use; allocates nothing while nobody listens.</summary>
internal sealed class EngineTelemetry : IDisposable
{
    private static readonly KeyValuePair<string, object?> s_computed = new("localslm.prompt.source", "computed");
    private static readonly KeyValuePair<string, object?> s_cached = new("localslm.prompt.source", "cached");

    private readonly LocalSlmTelemetry _owner;
    private readonly KeyValuePair<string, object?> _model;
    private volatile string _deviceName;

    internal EngineTelemetry(LocalSlmTelemetry owner, string model, string device, Func<EngineStatistics> statistics)
    {
        _owner = owner;
        _model = new("localslm.model", model);
        _deviceName = device;
        Statistics = statistics;
    }

    internal Func<EngineStatistics> Statistics { get; }

    // Made when asked for: a pair that is replaced while others read it could be read half.
    private KeyValuePair<string, object?> Device => new("localslm.device", _deviceName);

    /// <summary>Records that the model was loaded.</summary>
    public void RecordLoad(TimeSpan duration) => _owner.LoadDuration.Record(duration.TotalSeconds, _model, Device);

    /// <summary>Records that the model went on with another device after its own had failed.</summary>
    /// <param name="device">The other device.</param>
    /// <param name="duration">How long nothing was computed.</param>
    public void RecordFailover(string device, TimeSpan duration)
    {
        KeyValuePair<string, object?> next = new("localslm.device.next", device);
        _owner.Failovers.Add(1, _model, Device, next);
        _owner.FailoverDuration.Record(duration.TotalSeconds, _model, Device, next);
        _deviceName = device;
    }

    /// <summary>Records a request that got a place, however it ended.</summary>
    public void RecordRequest(GenerationUsage usage)
    {
        _owner.QueueDuration.Record(usage.QueueDuration.TotalSeconds, _model, Device);
        int computed = usage.PromptTokens - usage.CachedTokens;
        _owner.PromptTokens.Add(computed, _model, Device, s_computed);
        _owner.PromptTokens.Add(usage.CachedTokens, _model, Device, s_cached);
        _owner.OutputTokens.Add(usage.OutputTokens, _model, Device);

        // The duration of the prefill ends with the first token; without one the prefill was cut short.
        if (usage.OutputTokens > 0 && computed > 0 && usage.PrefillDuration > TimeSpan.Zero)
        {
            _owner.PrefillRate.Record(computed / usage.PrefillDuration.TotalSeconds, _model, Device);
        }

        if (usage.OutputTokens > 1 && usage.DecodeDuration > TimeSpan.Zero)
        {
            _owner.DecodeRate.Record((usage.OutputTokens - 1) / usage.DecodeDuration.TotalSeconds, _model, Device);
        }
    }

    /// <summary>Records that a reply was paused to give its memory to another one.</summary>
    public void RecordPreemption() => _owner.Preemptions.Add(1, _model, Device);

    /// <summary>Records that a reply's old tokens were dropped so that it could go on.</summary>
    public void RecordContextSlide() => _owner.ContextSlides.Add(1, _model, Device);

    /// <summary>Makes what the spans of replies tell of a change of the device.</summary>
    public static ActivityEvent TraceFailover(string failed, string next, TimeSpan pause) =>
        new(
            "localslm.device.failover",
            tags: new ActivityTagsCollection
            {
                ["localslm.device"] = failed,
                ["localslm.device.next"] = next,
                ["localslm.device.failover.duration"] = pause.TotalSeconds,
            }
        );

    /// <summary>Starts the span of a reply, a child of the caller's activity, without making it the current one: the reply
    /// is computed on another thread.</summary>
    /// <returns>The span, for <see cref="EndGeneration"/>; <see langword="null"/> while nobody listens.</returns>
    public Activity? StartGeneration()
    {
        if (!LocalSlmTelemetry.Activities.HasListeners())
        {
            return null;
        }

        Activity? caller = Activity.Current;
        try
        {
            Activity? span = LocalSlmTelemetry.Activities.StartActivity("localslm.generate");
            if (span is { IsAllDataRequested: true })
            {
                span.SetTag(_model.Key, _model.Value);
                span.SetTag(Device.Key, Device.Value);
            }

            return span;
        }
        finally
        {
            Activity.Current = caller;
        }
    }

    /// <summary>Ends the span of a reply, on any thread.</summary>
    /// <param name="span">What <see cref="StartGeneration"/> gave.</param>
    /// <param name="usage">What the reply took.</param>
    /// <param name="error">What ended it before its time, cancellation too.</param>
    public static void EndGeneration(Activity? span, GenerationUsage usage, Exception? error)
    {
        if (span is null)
        {
            return;
        }

        if (span.IsAllDataRequested)
        {
            span.SetTag("localslm.prompt.tokens", usage.PromptTokens);
            span.SetTag("localslm.prompt.cached_tokens", usage.CachedTokens);
            span.SetTag("localslm.output.tokens", usage.OutputTokens);
            span.SetTag("localslm.request.queue.duration", usage.QueueDuration.TotalSeconds);
            span.SetTag("localslm.prefill.duration", usage.PrefillDuration.TotalSeconds);
            span.SetTag("localslm.decode.duration", usage.DecodeDuration.TotalSeconds);
            if (error is not null)
            {
                // The type alone: messages may quote what a user wrote.
                span.SetTag("error.type", error.GetType().FullName);
                span.SetStatus(ActivityStatusCode.Error);
            }
        }

        // Stopping makes the span's parent the current activity, which is the caller's, not this thread's.
        Activity? current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    /// <summary>Ends the reporting of this engine.</summary>
    public void Dispose() => _owner.Remove(this);

    internal Measurement<int> Measure(int value, string tag, string state) =>
        new(value, _model, Device, new KeyValuePair<string, object?>(tag, state));

    internal Measurement<double> Measure(double value) => new(value, _model, Device);
}
