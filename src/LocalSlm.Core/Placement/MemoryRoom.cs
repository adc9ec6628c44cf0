namespace LocalSlm.Placement;

/// <summary>The memory that one candidate may take: of each of its devices, of main memory, and of the budgets that the caller set.</summary>
internal sealed class MemoryRoom
{
    /// <summary>Kept free on a device with memory of its own: its driver, the display and the runtime's kernels take some hundred MiB that
    /// no estimate sees. Ollama keeps 457 MiB for them on CUDA, llama.cpp's own fitting 1 GiB.</summary>
    private const long DefaultOverheadBytes = 512L << 20;

    private readonly PlacementRequest _request;
    private readonly DeviceRoom[] _devices;

    /// <summary>Creates the room.</summary>
    /// <param name="request">What there is.</param>
    /// <param name="devices">The devices of the candidate.</param>
    /// <param name="isDivided">Whether the runtime can leave a part of the model in main memory.</param>
    public MemoryRoom(PlacementRequest request, IReadOnlyList<ComputeDevice> devices, bool isDivided)
    {
        _request = request;
        HostLimitBytes = Math.Max(0, request.AvailableBytes - request.ReservedBytes);
        var overhead = request.Options.GpuOverheadBytes;
        _devices =
        [
            .. devices
                .Where(static device => device.Kind != ComputeDeviceKind.Cpu)
                .Select(device => DeviceRoom.Of(device, overhead, DefaultOverheadBytes, isDivided)),
        ];
    }

    /// <summary>Gets the main memory that may be taken where the caller asked for it.</summary>
    public long HostLimitBytes { get; }

    /// <summary>Gets the main memory that automatic sizes may take: the rest is for everything else that runs here.</summary>
    public long HostComfortBytes =>
        _request.Options.MemoryBudgetBytes is null ? HostLimitBytes / 4 * 3 : HostLimitBytes;

    /// <summary>Gets the room on the devices beside the CPU.</summary>
    public IReadOnlyList<DeviceRoom> Devices => _devices;

    /// <summary>Finds what is short.</summary>
    /// <param name="memory">The account.</param>
    /// <param name="isComfortable">Whether a quarter of main memory is to stay free.</param>
    /// <param name="devicesOnly">Whether main memory is left out, except where a device shares it.</param>
    /// <returns>What is short; <see langword="null"/> if everything fits.</returns>
    public MemoryShortage? FindShortage(
        IReadOnlyList<DeviceMemory> memory,
        bool isComfortable,
        bool devicesOnly = false
    )
    {
        long onGpus = 0;
        long shared = 0;
        long all = 0;
        foreach (var part in memory)
        {
            all += part.TotalBytes;
            if (Find(part.Device) is not { } device)
            {
                shared += devicesOnly && !Array.Exists(_devices, static one => one.IsShared) ? 0 : part.TotalBytes;
                continue;
            }

            onGpus += part.TotalBytes;
            shared += device.IsShared ? part.TotalBytes : 0;
            if (part.TotalBytes > device.LimitBytes)
            {
                return new(
                    device.Name,
                    part.TotalBytes,
                    device.LimitBytes,
                    _request.Options.GpuOverheadBytes is null ? null : nameof(ModelLoadOptions.GpuOverheadBytes)
                );
            }
        }

        var options = _request.Options;
        if (onGpus > options.GpuMemoryBudgetBytes)
        {
            return new("GpuMemoryBudgetBytes", onGpus, options.GpuMemoryBudgetBytes.Value, null);
        }

        if (all > options.MemoryBudgetBytes)
        {
            return new("MemoryBudgetBytes", all, options.MemoryBudgetBytes.Value, null);
        }

        var host = isComfortable ? HostComfortBytes : HostLimitBytes;
        return shared > host ? new(DeviceMemory.Host, shared, host, null) : null;
    }

    /// <summary>What is left on the fullest device, main memory included.</summary>
    public long GetMargin(IReadOnlyList<DeviceMemory> memory)
    {
        var host = HostLimitBytes;
        var margin = long.MaxValue;
        foreach (var part in memory)
        {
            var device = Find(part.Device);
            if (device is null || device.IsShared)
            {
                host -= part.TotalBytes;
            }

            if (device is { LimitBytes: < long.MaxValue })
            {
                margin = Math.Min(margin, device.FreeBytes - part.TotalBytes);
            }
        }

        return Math.Max(0, Math.Min(margin, host));
    }

    /// <summary>The room on the device of an account's entry; <see langword="null"/> for main memory.</summary>
    public DeviceRoom? Find(string name) =>
        Array.Find(_devices, device => device.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
