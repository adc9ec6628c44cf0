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
    private readonly KeyValuePair<string, object?> _device;

    internal EngineTelemetry(LocalSlmTelemetry owner, string model, string device, Func<EngineStatistics> statistics)
    {
        _owner = owner;
        _model = new("localslm.model", model);
        _device = new("localslm.device", device);
        Statistics = statistics;
    }

    internal Func<EngineStatistics> Statistics { get; }

    /// <summary>Records that the model was loaded.</summary>
    public void RecordLoad(TimeSpan duration) => _owner.LoadDuration.Record(duration.TotalSeconds, _model, _device);

    /// <summary>Records a request that got a place, however it ended.</summary>
    public void RecordRequest(GenerationUsage usage)
    {
        _owner.QueueDuration.Record(usage.QueueDuration.TotalSeconds, _model, _device);
        int computed = usage.PromptTokens - usage.CachedTokens;
        _owner.PromptTokens.Add(computed, _model, _device, s_computed);
        _owner.PromptTokens.Add(usage.CachedTokens, _model, _device, s_cached);
        _owner.OutputTokens.Add(usage.OutputTokens, _model, _device);

        // The duration of the prefill ends with the first token; without one the prefill was cut short.
        if (usage.OutputTokens > 0 && computed > 0 && usage.PrefillDuration > TimeSpan.Zero)
        {
            _owner.PrefillRate.Record(computed / usage.PrefillDuration.TotalSeconds, _model, _device);
        }

        if (usage.OutputTokens > 1 && usage.DecodeDuration > TimeSpan.Zero)
        {
            _owner.DecodeRate.Record((usage.OutputTokens - 1) / usage.DecodeDuration.TotalSeconds, _model, _device);
        }
    }

    /// <summary>Records that a reply was paused to give its memory to another one.</summary>
    public void RecordPreemption() => _owner.Preemptions.Add(1, _model, _device);

    /// <summary>Records that a reply's old tokens were dropped so that it could go on.</summary>
    public void RecordContextSlide() => _owner.ContextSlides.Add(1, _model, _device);

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
                span.SetTag(_device.Key, _device.Value);
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
        new(value, _model, _device, new KeyValuePair<string, object?>(tag, state));

    internal Measurement<double> Measure(double value) => new(value, _model, _device);
}
