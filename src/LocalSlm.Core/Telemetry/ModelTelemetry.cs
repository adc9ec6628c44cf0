using System.Diagnostics.Metrics;
using LocalSlm.Models;

namespace LocalSlm.Telemetry;

/// <summary>Reports the models of one manager. Safe for concurrent use.</summary>
internal sealed class ModelTelemetry : IDisposable
{
    private readonly LocalSlmTelemetry _owner;

    internal ModelTelemetry(LocalSlmTelemetry owner, Func<IReadOnlyList<LoadedModelStatus>> list, Func<int> waiting)
    {
        _owner = owner;
        List = list;
        Waiting = waiting;
    }

    internal Func<IReadOnlyList<LoadedModelStatus>> List { get; }

    internal Func<int> Waiting { get; }

    /// <summary>Records that a load ended.</summary>
    public void RecordLoad(ModelKey key, Exception? error, bool isCancelled) =>
        _owner.Loads.Add(
            1,
            Model(key.Name),
            new(
                "localslm.load.outcome",
                error is null ? "loaded"
                    : isCancelled ? "cancelled"
                    : "failed"
            )
        );

    /// <summary>Records that a model is unloaded.</summary>
    public void RecordUnload(ModelKey key, string device, UnloadReason reason) =>
        _owner.Unloads.Add(
            1,
            Model(key.Name),
            new("localslm.device", device),
            new("localslm.unload.reason", NameOf(reason))
        );

    /// <summary>Ends the reporting.</summary>
    public void Dispose() => _owner.Remove(this);

    internal static Measurement<long> Measure(LoadedModelStatus model, long value) =>
        new(value, Model(model.Name), new("localslm.device", model.Device));

    internal static string NameOf(UnloadReason reason) =>
        reason switch
        {
            UnloadReason.Expired => "expired",
            UnloadReason.Room => "room",
            UnloadReason.Pressure => "pressure",
            UnloadReason.Requested => "requested",
            UnloadReason.Broken => "broken",
            UnloadReason.Changed => "changed",
            UnloadReason.Removed => "removed",
            UnloadReason.Stopped => "stopped",
            _ => throw new ArgumentOutOfRangeException(nameof(reason)),
        };

    private static KeyValuePair<string, object?> Model(string name) => new("localslm.model", name);
}
