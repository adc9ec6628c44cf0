namespace LocalSlm.Placement;

/// <summary>The order in which the devices of a runtime are tried, and what is left out and why. Devices are added when it is made; a plan adds
/// what then has no room.</summary>
internal sealed class DeviceOrder
{
    private static readonly DeviceSelector[] s_default = [DeviceSelector.Npu, DeviceSelector.Gpu, DeviceSelector.Cpu];

    private const string NoProviders =
        "Execution providers and their options belong to ONNX Runtime; this runtime has none. Name a kind: cpu or gpu.";

    private readonly List<DeviceWish> _wishes = [];
    private readonly List<LeftOut> _leftOut = [];
    private readonly HashSet<ComputeDevice> _seen = [];
    private readonly ModelLoadOptions _options;
    private readonly IReadOnlyList<ComputeDevice> _devices;
    private int _place;

    private DeviceOrder(ModelLoadOptions options, IReadOnlyList<ComputeDevice> devices)
    {
        _options = options;
        _devices = devices;
    }

    /// <summary>Gets what may be tried, best first.</summary>
    public IReadOnlyList<DeviceWish> Wishes => _wishes;

    /// <summary>Gets what is left out.</summary>
    public IReadOnlyList<LeftOut> Excluded => _leftOut;

    /// <summary>Gets a value indicating whether the caller named no device.</summary>
    public bool IsDefault => _options.RequireDevice is null && _options.Devices.Count == 0;

    /// <summary>Makes the order.</summary>
    public static DeviceOrder Make(ModelLoadOptions options, IReadOnlyList<ComputeDevice> devices)
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

        return order;
    }

    /// <summary>Leaves something out.</summary>
    public void LeaveOut(LeftOut leftOut) => _leftOut.Add(leftOut);

    /// <summary>Tells whether whoever loads the model would have had what was left out: to go on without it is a fallback.</summary>
    public bool IsMissed(LeftOut leftOut) =>
        leftOut.Cause switch
        {
            LeftOutCause.Absent => !IsDefault,
            LeftOutCause.Unmet or LeftOutCause.NoRoom => true,
            _ => false,
        };

    /// <summary>Tells whether to serve a model on a device is a fallback from what was left out.</summary>
    public bool IsMissed(LeftOut leftOut, ComputeDevice serving)
    {
        if (!IsMissed(leftOut) || _wishes.Find(wish => wish.Device == serving) is not { } wish)
        {
            return false;
        }

        // "gpu" was asked for, and is what serves: which of several equal ones does is not the caller's wish.
        var isEqual =
            leftOut is { Cause: LeftOutCause.NoRoom, Wish: { } other }
            && other.Selector == wish.Selector
            && other.Device.Kind == serving.Kind
            && other.Device.Provider == serving.Provider;
        return leftOut.Place < wish.Place && !isEqual;
    }

    /// <summary>Gets the options that the caller gave for a device's execution provider.</summary>
    public IReadOnlyDictionary<string, string> ProviderOptionsOf(ComputeDevice device) =>
        _wishes.Find(wish => wish.Device == device)?.Selector.ProviderOptions ?? new Dictionary<string, string>();

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
                DeviceSelector.Gpu,
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
            LeaveOut(new(new(selector.ToString(), Absent(selector)), LeftOutCause.Absent, _place++));
        }

        foreach (var device in isAsked ? matches.OrderBy(SoftwareDevices.Contains) : matches.AsEnumerable())
        {
            if (selector.ProviderOptions.Count > 0 && device.Provider is null)
            {
                var keys = string.Join(", ", selector.ProviderOptions.Keys);
                var reason = $"Options for an execution provider are set ({keys}). {NoProviders}";
                LeaveOut(new(new(Words(device), reason), LeftOutCause.Absent, _place++));
            }
            else if (isAsked || !SoftwareDevices.Contains(device))
            {
                Add(device, selector, because, group);
            }
        }
    }

    private void Add(ComputeDevice device, DeviceSelector selector, string because, int group)
    {
        if (!_seen.Add(device))
        {
            return;
        }

        var place = _place++;
        if (Obstacle(device) is { } obstacle)
        {
            LeaveOut(new(new(Words(device), obstacle.Reason), obstacle.Cause, place));
        }
        else
        {
            _wishes.Add(new DeviceWish(device, because, group, place, selector));
        }
    }

    private (string Reason, LeftOutCause Cause)? Obstacle(ComputeDevice device)
    {
        if (device.Problem is { } problem)
        {
            return (problem, LeftOutCause.Absent);
        }

        if (_options.ExcludedDevices.FirstOrDefault(one => one.Select(_devices).Contains(device)) is { } exclusion)
        {
            return ($"ExcludedDevices names it: '{exclusion}'.", LeftOutCause.Forbidden);
        }

        if (
            _options.GpuLayers == 0
            && (
                device.Kind is ComputeDeviceKind.Gpu or ComputeDeviceKind.IntegratedGpu
                || device is { Provider: null, Kind: not ComputeDeviceKind.Cpu }
            )
        )
        {
            // Asked for by name, it contradicts the other option, and somebody has to hear of it.
            return (
                "GpuLayers is 0, which leaves every layer on the CPU. Leave it out.",
                IsDefault ? LeftOutCause.Forbidden : LeftOutCause.Unmet
            );
        }

        return
            _options.GpuOverheadBytes > 0
            && device
                is { Kind: ComputeDeviceKind.Gpu, Provider: not null, TotalMemoryBytes: <= 0, FreeMemoryBytes: <= 0 }
            ? (
                $"It does not tell its memory, so that GpuOverheadBytes, {ByteText.Of(_options.GpuOverheadBytes.Value)}, cannot be kept free "
                    + "there. Leave it out for this model.",
                LeftOutCause.Unmet
            )
            : null;
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
