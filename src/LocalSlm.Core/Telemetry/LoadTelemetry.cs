using System.Diagnostics;

namespace LocalSlm.Telemetry;

/// <summary>Reports the load of one model: its span, and the devices that did not serve.</summary>
internal sealed class LoadTelemetry : IDisposable
{
    private readonly LocalSlmTelemetry _owner;
    private string _model;
    private readonly Activity? _span;

    /// <summary>Begins a load: its span becomes the current one of the calling method.</summary>
    public LoadTelemetry(LocalSlmTelemetry owner, string model, string runtime, bool isFailover)
    {
        _owner = owner;
        _model = model;
        _span = LocalSlmTelemetry.Activities.StartActivity("localslm.load");
        if (_span is { IsAllDataRequested: true } span)
        {
            span.SetTag("localslm.model", model);
            span.SetTag("localslm.runtime", runtime);
            span.SetTag("localslm.load.failover", isFailover);
        }
    }

    /// <summary>Records that a device did not serve and another one is tried.</summary>
    public void RecordFallback(string from, string to, string kind, string reason)
    {
        _owner.DeviceFallbacks.Add(
            1,
            new("localslm.model", _model),
            new("localslm.device", from),
            new("localslm.device.next", to),
            new("localslm.fallback.reason", kind)
        );
        _span?.AddEvent(
            new ActivityEvent(
                "localslm.device.fallback",
                tags: new ActivityTagsCollection
                {
                    ["localslm.device"] = from,
                    ["localslm.device.next"] = to,
                    ["localslm.fallback.reason"] = kind,
                    ["localslm.fallback.message"] = reason,
                }
            )
        );
    }

    /// <summary>Names the model once its files have been read.</summary>
    public void SetModel(string model)
    {
        _model = model;
        _span?.SetTag("localslm.model", model);
    }

    /// <summary>Names the device that serves it.</summary>
    public void SetDevice(string device) => _span?.SetTag("localslm.device", device);

    /// <summary>Records what ended the load.</summary>
    public void Fail(Exception error)
    {
        _span?.SetTag("error.type", error.GetType().FullName);
        _span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Ends the span.</summary>
    public void Dispose() => _span?.Dispose();
}
