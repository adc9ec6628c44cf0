using System.Collections.Concurrent;

namespace LocalSlm.Loading;

/// <summary>The breakers of all devices, by runtime, execution provider and name. Safe for concurrent use.</summary>
/// <param name="clock">The clock.</param>
internal sealed class DeviceBreakers(TimeProvider clock)
{
    private readonly ConcurrentDictionary<(string Runtime, string? Provider, string Name), DeviceBreaker> _breakers =
        new();

    /// <summary>Gets those of the process: a driver is broken for all models alike.</summary>
    public static DeviceBreakers OfProcess { get; } = new(TimeProvider.System);

    /// <summary>Gets the breaker of a device.</summary>
    /// <returns><see langword="null"/> for the processor, which has no driver that could be broken.</returns>
    public DeviceBreaker? Get(string runtime, ComputeDevice device) =>
        LoadFaults.IsAccelerator(device)
            ? _breakers.GetOrAdd((runtime, device.Provider, device.Name), _ => new DeviceBreaker(clock))
            : null;
}
