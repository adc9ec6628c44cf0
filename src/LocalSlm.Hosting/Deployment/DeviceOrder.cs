using LocalSlm.Hosting.Registration.Values;

namespace LocalSlm.Hosting.Deployment;

/// <summary>The order of devices that a preference means.</summary>
internal static class DeviceOrder
{
    private static readonly string[] s_usual = ["npu", "gpu", "cpu"];

    /// <summary>Reads a preference and what comes after it.</summary>
    /// <param name="preferred">A device, or <c>auto</c> for the usual order.</param>
    /// <param name="fallback">The devices after it; <see langword="null"/> for the usual order.</param>
    /// <returns>Each device once; none for the usual order alone, in which no device is missed that is not there.</returns>
    /// <exception cref="FormatException">One of them is none.</exception>
    public static IReadOnlyList<DeviceSelector> Read(string preferred, IEnumerable<string>? fallback)
    {
        var isAutomatic = preferred.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase);
        if (isAutomatic && fallback is null)
        {
            return [];
        }

        IEnumerable<string> first = isAutomatic ? s_usual : [preferred];
        return
        [
            .. first
                .Concat(fallback ?? s_usual)
                .Select(static text => DeviceSelector.Parse(text))
                .DistinctBy(static device => device.ToString(), StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>Replaces a list of devices, and what contradicts it.</summary>
    public static void Set(ModelLoadOptions load, IEnumerable<DeviceSelector> devices)
    {
        load.RequireDevice = null;
        load.Devices.Clear();
        foreach (var device in devices)
        {
            load.Devices.Add(device);
        }
    }
}
