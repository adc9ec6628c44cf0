namespace LocalSlm.Loading;

/// <summary>What a caller asked for, beside what is listed: tells which device that does not serve was wanted.</summary>
internal sealed class WantedDevices
{
    private static readonly DeviceSelector[] s_defaults = [DeviceSelector.Npu, DeviceSelector.Gpu, DeviceSelector.Cpu];

    private readonly ModelLoadOptions _options;
    private readonly List<(DeviceSelector Selector, ComputeDevice? Device)> _order = [];

    /// <param name="options">What was asked for.</param>
    /// <param name="listed">What the runtime lists.</param>
    public WantedDevices(ModelLoadOptions options, IReadOnlyList<ComputeDevice> listed)
    {
        _options = options;
        IReadOnlyList<DeviceSelector> selectors = options.RequireDevice is { } required
            ? [required]
            : [.. options.Devices];
        IsDefault = selectors.Count == 0;
        foreach (var selector in IsDefault ? s_defaults : selectors)
        {
            var devices = selector.Select(listed);
            if (devices.Count == 0)
            {
                _order.Add((selector, null));
            }

            foreach (var device in devices)
            {
                _order.Add((selector, device));
            }
        }
    }

    /// <summary>Gets a value indicating whether nothing was asked for: what is not there then is not missed.</summary>
    public bool IsDefault { get; }

    /// <summary>Gets the options that the caller gave for a device's execution provider.</summary>
    public IReadOnlyDictionary<string, string> ProviderOptionsOf(ComputeDevice device) =>
        _order.Find(wanted => wanted.Device == device).Selector?.ProviderOptions ?? new Dictionary<string, string>();

    /// <summary>Tells whether a device that the plan left out was asked for, and would have been tried before another one.</summary>
    /// <param name="excluded">What was left out.</param>
    /// <param name="before">The one that is tried; <see langword="null"/> for any.</param>
    public bool IsMissed(DeviceAttempt excluded, ComputeDevice? before)
    {
        if (IsDefault)
        {
            // The one wish for a device that can be said without naming it. The planner tells so only where no GPU can take layers.
            return _options.GpuLayers > 0 && excluded.Device == DeviceSelector.Gpu.ToString();
        }

        var place = _order.FindIndex(wanted => Names(excluded.Device, wanted));
        if (place >= 0 && _order[place].Device is { } device && IsExcluded(device))
        {
            return before is null;
        }

        var other = before is null ? -1 : _order.FindIndex(wanted => wanted.Device == before);
        return other < 0 || place < other;
    }

    private bool IsExcluded(ComputeDevice device) => _options.ExcludedDevices.Any(selector => selector.Matches(device));

    private static bool Names(string words, (DeviceSelector Selector, ComputeDevice? Device) wanted)
    {
        var name = wanted.Device?.Name ?? wanted.Selector.ToString();
        return words == name || words.StartsWith($"{name} (", StringComparison.Ordinal);
    }
}
