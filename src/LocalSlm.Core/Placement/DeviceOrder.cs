namespace LocalSlm.Placement;

/// <summary>Puts the devices of a runtime into the order in which they are tried, and tells which are left out and why.</summary>
internal sealed class DeviceOrder
{
    private static readonly DeviceSelector[] s_default = [DeviceSelector.Npu, DeviceSelector.Gpu, DeviceSelector.Cpu];

    private const string NoProviders =
        "Execution providers and their options belong to ONNX Runtime; this runtime has none. Name a kind: cpu or gpu.";

    private readonly List<DeviceWish> _wishes = [];
    private readonly List<DeviceAttempt> _excluded = [];
    private readonly HashSet<ComputeDevice> _seen = [];
    private readonly ModelLoadOptions _options;
    private readonly IReadOnlyList<ComputeDevice> _devices;

    private DeviceOrder(ModelLoadOptions options, IReadOnlyList<ComputeDevice> devices)
    {
        _options = options;
        _devices = devices;
    }

    /// <summary>Makes the order.</summary>
    /// <returns>What may be tried, best first, and what was left out.</returns>
    public static (IReadOnlyList<DeviceWish> Wishes, List<DeviceAttempt> Excluded) Make(
        ModelLoadOptions options,
        IReadOnlyList<ComputeDevice> devices
    )
    {
        var order = new DeviceOrder(options, devices);
        if (options.RequireDevice is { } required)
        {
            order.Add(required, "RequireDevice names it; nothing else may serve.", 0, isAsked: true);
        }
        else if (options.Devices.Count > 0)
        {
            for (var i = 0; i < options.Devices.Count; i++)
            {
                // Layers are shared among devices of several selectors only where the shares are given.
                order.Add(
                    options.Devices[i],
                    $"Devices names it: '{options.Devices[i]}', number {i + 1} of {options.Devices.Count}.",
                    options.GpuSplit.Count > 0 ? 0 : i,
                    isAsked: true
                );
            }
        }
        else
        {
            order.AddDefaults();
        }

        return (order._wishes, order._excluded);
    }

    private void AddDefaults()
    {
        for (var i = 0; i < s_default.Length; i++)
        {
            Add(
                s_default[i],
                "By default neural processors come first, then graphics processors, then the CPU.",
                i,
                false
            );
        }

        foreach (var device in _devices.Where(SoftwareDevices.Contains))
        {
            Add(
                device,
                "The processor simulates it, so that it comes after the processor itself unless it is asked for.",
                s_default.Length
            );
        }
    }

    private void Add(DeviceSelector selector, string because, int group, bool isAsked)
    {
        var matches = selector.Select(_devices);
        if (matches.Count == 0 && isAsked)
        {
            _excluded.Add(new DeviceAttempt(selector.ToString(), Absent(selector)));
        }

        foreach (var device in isAsked ? matches.OrderBy(SoftwareDevices.Contains) : matches.AsEnumerable())
        {
            if (selector.ProviderOptions.Count > 0 && device.Provider is null)
            {
                _excluded.Add(
                    new DeviceAttempt(
                        Words(device),
                        $"Options for an execution provider are set ({string.Join(", ", selector.ProviderOptions.Keys)}). {NoProviders}"
                    )
                );
            }
            else if (isAsked || !SoftwareDevices.Contains(device))
            {
                Add(device, because, group);
            }
        }
    }

    private void Add(ComputeDevice device, string because, int group)
    {
        if (!_seen.Add(device))
        {
            return;
        }

        if (device.Problem is { } problem)
        {
            _excluded.Add(new DeviceAttempt(Words(device), problem));
        }
        else if (_options.ExcludedDevices.FirstOrDefault(one => one.Select(_devices).Contains(device)) is { } exclusion)
        {
            _excluded.Add(new DeviceAttempt(Words(device), $"ExcludedDevices names it: '{exclusion}'."));
        }
        else if (
            _options.GpuLayers == 0
            && (
                device.Kind is ComputeDeviceKind.Gpu or ComputeDeviceKind.IntegratedGpu
                || device is { Provider: null, Kind: not ComputeDeviceKind.Cpu }
            )
        )
        {
            _excluded.Add(
                new DeviceAttempt(Words(device), "GpuLayers is 0, which leaves every layer on the CPU. Leave it out.")
            );
        }
        else if (
            _options.GpuOverheadBytes > 0
            && device
                is { Kind: ComputeDeviceKind.Gpu, Provider: not null, TotalMemoryBytes: <= 0, FreeMemoryBytes: <= 0 }
        )
        {
            _excluded.Add(
                new DeviceAttempt(
                    Words(device),
                    $"It does not tell its memory, so that GpuOverheadBytes, {ByteText.Of(_options.GpuOverheadBytes.Value)}, cannot be kept free "
                        + "there. Leave it out for this model."
                )
            );
        }
        else
        {
            _wishes.Add(new DeviceWish(device, because, group));
        }
    }

    private string Absent(DeviceSelector selector)
    {
        if (_devices.Count > 0 && _devices.All(static device => device.Provider is null))
        {
            if (selector.Provider is not null || selector.ProviderOptions.Count > 0)
            {
                return NoProviders;
            }
        }

        var listed = string.Join(", ", _devices.Select(Words));
        return $"No such device is listed. Listed are: {(listed.Length > 0 ? listed : "none")}. A device appears when the native package "
            + "that drives it is referenced and its driver is installed; the hardware report tells what is missing.";
    }

    /// <summary>A device for a message: the name, the kind and what it calls itself.</summary>
    public static string Words(ComputeDevice device) =>
        device.Description.Length == 0 || device.Description == device.Name
            ? $"{device.Name} ({device.Kind})"
            : $"{device.Name} ({device.Kind}, {device.Description})";
}
