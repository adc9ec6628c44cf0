using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>Keeps and tells what happens to one model: a device that does not serve is a warning, a measurement, an event of the load's
/// span, and an entry in the model's history.</summary>
/// <param name="clock">The clock.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class LoadJournal(TimeProvider clock, ILogger logger)
{
    private readonly List<DeviceAttempt> _failed = [];
    private readonly List<ModelHistoryEntry> _history = [];

    /// <summary>Gets or sets the model's name.</summary>
    public string Model
    {
        get;
        set
        {
            field = value;
            Telemetry?.SetModel(value);
        }
    } = string.Empty;

    /// <summary>Gets or sets the load that is under way.</summary>
    public LoadTelemetry? Telemetry { get; set; }

    /// <summary>Gets the devices that did not serve, as they are now.</summary>
    public IReadOnlyList<DeviceAttempt> Failed => [.. _failed];

    /// <summary>Gets everything that happened, as it is now.</summary>
    public IReadOnlyList<ModelHistoryEntry> History => [.. _history];

    /// <summary>Notes a device that did not serve.</summary>
    /// <param name="attempt">The device and the reason.</param>
    /// <param name="kind">The kind of reason.</param>
    /// <param name="next">What is tried next; <see langword="null"/> if nothing is left, which is no fallback but an error.</param>
    public void NoteFailure(DeviceAttempt attempt, LoadFaultKind kind, string? next)
    {
        _failed.Add(attempt);
        var isFailover = kind == LoadFaultKind.FailedOver;
        Add(isFailover ? ModelHistoryKind.FailedOver : ModelHistoryKind.FellBack, attempt.Device, attempt.Reason);
        if (next is null)
        {
            return;
        }

        if (isFailover)
        {
            LoadLog.FailedOver(logger, Model, attempt.Device, next, attempt.Reason);
        }
        else
        {
            LoadLog.FellBack(logger, Model, attempt.Device, next, attempt.Reason);
        }

        Telemetry?.RecordFallback(attempt.Device, next, WordOf(kind), attempt.Reason);
    }

    /// <summary>Notes that the model was loaded.</summary>
    public void NoteLoaded(string device, string reason)
    {
        Add(ModelHistoryKind.Loaded, device, reason);
        Telemetry?.SetDevice(device);
    }

    private static string WordOf(LoadFaultKind kind) =>
        kind switch
        {
            LoadFaultKind.Unavailable => "unavailable",
            LoadFaultKind.CircuitOpen => "circuit_open",
            LoadFaultKind.Quarantined => "quarantined",
            LoadFaultKind.TimedOut => "timeout",
            LoadFaultKind.OutOfMemory => "out_of_memory",
            LoadFaultKind.FailedOver => "failed_over",
            _ => "failed",
        };

    private void Add(ModelHistoryKind kind, string device, string reason) =>
        _history.Add(new ModelHistoryEntry(clock.GetUtcNow(), kind, device, reason));
}
