namespace LocalSlm.Placement;

/// <summary>The memory that may be taken on one device beside the CPU.</summary>
/// <param name="Name">The device's name.</param>
/// <param name="FreeBytes">What is free, in bytes.</param>
/// <param name="LimitBytes">What may be taken, in bytes; <see cref="long.MaxValue"/> where nobody tells.</param>
/// <param name="IsShared">Whether it is main memory.</param>
/// <param name="Words">What is known or assumed about it.</param>
internal sealed record DeviceRoom(string Name, long FreeBytes, long LimitBytes, bool IsShared, string Words)
{
    /// <summary>Works out the room.</summary>
    /// <param name="device">The device.</param>
    /// <param name="overhead">What the caller wants to stay free.</param>
    /// <param name="defaultOverhead">What stays free otherwise.</param>
    /// <param name="isDivided">Whether the runtime can leave a part of the model in main memory.</param>
    public static DeviceRoom Of(ComputeDevice device, long? overhead, long defaultOverhead, bool isDivided)
    {
        var name = device.Name;
        var isIntegrated = device.Kind == ComputeDeviceKind.IntegratedGpu || SoftwareDevices.Contains(device);
        if (device is { TotalMemoryBytes: <= 0, FreeMemoryBytes: <= 0 })
        {
            return isIntegrated || isDivided
                ? new(
                    name,
                    0,
                    long.MaxValue,
                    true,
                    $"{name} does not tell its memory: it is taken to share main memory, and what it holds counts there."
                )
                : new(
                    name,
                    0,
                    long.MaxValue,
                    false,
                    $"{name} does not tell its memory: the model is taken to fit, and the load will show whether it does."
                );
        }

        var free = Math.Max(0, device.FreeMemoryBytes);
        var total = Math.Max(free, device.TotalMemoryBytes);
        if (isIntegrated)
        {
            return new(
                name,
                free,
                Math.Max(0, free - (overhead ?? 0)),
                true,
                $"{name}: {ByteText.Of(free)} of {ByteText.Of(total)} are free; it is main memory, and counts there too."
            );
        }

        var kept = overhead ?? Math.Min(defaultOverhead, total / 10);
        return new(
            name,
            free,
            Math.Max(0, free - kept),
            false,
            $"{name}: {ByteText.Of(free)} of {ByteText.Of(total)} are free; {ByteText.Of(kept)} stay free "
                + (overhead is null ? "for its driver and other programs." : "because GpuOverheadBytes says so.")
        );
    }
}
