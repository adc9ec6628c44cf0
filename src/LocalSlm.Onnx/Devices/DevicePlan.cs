namespace LocalSlm.Onnx.Devices;

/// <summary>Makes the order in which devices are tried. The library's own selection policies are not used: they fall back to the CPU
/// in silence.</summary>
internal static class DevicePlan
{
    private static readonly DeviceSelector[] s_defaults = [DeviceSelector.Npu, DeviceSelector.Gpu, DeviceSelector.Cpu];

    /// <summary>Makes the steps.</summary>
    /// <param name="wanted">What the caller asked for; empty for neural processors, graphics processors, CPU, as far as listed.</param>
    /// <param name="catalog">What is there.</param>
    public static List<DeviceStep> Make(IEnumerable<DeviceSelector> wanted, DeviceCatalog catalog)
    {
        var selectors = wanted.ToArray();
        var isDefault = selectors.Length == 0;
        var steps = new List<DeviceStep>();
        var tried = new HashSet<(ListedDevice, string)>();
        foreach (var selector in isDefault ? s_defaults : selectors)
        {
            var matches = Match(selector, catalog.Devices);
            if (matches.Count == 0 && !isDefault)
            {
                steps.Add(
                    new DeviceStep(selector, null, new DeviceAttempt(selector.ToString(), Absent(selector, catalog)))
                );
            }

            foreach (var device in matches)
            {
                if (!tried.Add((device, device.IsVirtual ? string.Empty : OptionsKey(selector))))
                {
                    continue;
                }

                if (device.IsBuiltInCpu && selector.ProviderOptions.Count > 0)
                {
                    // It would accept any, and use none.
                    var names = string.Join(", ", selector.ProviderOptions.Keys);
                    var reason = $"The CPU provider takes no options, but these are set: {names}. Leave them out.";
                    steps.Add(new DeviceStep(selector, null, new DeviceAttempt(device.Words, reason)));
                }
                else if (!device.IsVirtual)
                {
                    steps.Add(new DeviceStep(selector, device, null));
                }
                else if (!isDefault)
                {
                    steps.Add(new DeviceStep(selector, null, new DeviceAttempt(device.Words, VirtualReason)));
                }
            }
        }

        return steps;
    }

    internal const string VirtualReason =
        "It is a virtual device: its provider lists it to compile models for other machines; there is no such hardware here. Leave it out.";

    /// <summary>Finds the devices that a selector names, best first.</summary>
    internal static List<ListedDevice> Match(DeviceSelector selector, IReadOnlyList<ListedDevice> devices)
    {
        var matches = devices
            .Where(device => FitsKind(selector, device))
            .Where(device =>
                selector.Provider is null
                || device.Provider.Equals(selector.Provider, StringComparison.OrdinalIgnoreCase)
            )
            .Where(device =>
                selector.Name is not { } name
                || device.Description.Contains(name, StringComparison.OrdinalIgnoreCase)
                || device.Name.Contains(name, StringComparison.OrdinalIgnoreCase)
            )
            // A stable order: graphics processors with memory of their own before others.
            .OrderBy(static device => device.Kind == ComputeDeviceKind.IntegratedGpu ? 1 : 0)
            .ToList();
        return selector.Index is not { } index ? matches
            : index < matches.Count ? [matches[index]]
            : [];
    }

    private static bool FitsKind(DeviceSelector selector, ListedDevice device) =>
        selector.Kind switch
        {
            null => true,
            // Other providers run on the processor too, or on a simulation there: those are chosen by name alone.
            ComputeDeviceKind.Cpu => device.Kind == ComputeDeviceKind.Cpu
                && (selector.Provider is not null || device.IsBuiltInCpu),
            ComputeDeviceKind.Gpu => device.Kind is ComputeDeviceKind.Gpu or ComputeDeviceKind.IntegratedGpu,
            { } kind => device.Kind == kind,
        };

    private static string Absent(DeviceSelector selector, DeviceCatalog catalog)
    {
        var listed = string.Join(", ", catalog.Devices.Select(static device => device.Words));
        var reason = $"No such device is listed. Listed are: {listed}.";
        var present = catalog
            .Unserved.Where(hardware => Covers(selector.Kind, hardware.Kind))
            .Select(static hardware => hardware.Words)
            .ToList();
        return present.Count == 0
            ? $"{reason} A device appears when its execution provider is there: reference the native package that brings it, "
                + "or name a plug-in library in OnnxRuntimeOptions.ProviderLibraries."
            : $"{reason} The hardware is present ({string.Join(", ", present)}), but no execution provider for it is registered: "
                + "reference the native package that brings one, or name a plug-in library in OnnxRuntimeOptions.ProviderLibraries.";
    }

    private static bool Covers(ComputeDeviceKind? wanted, ComputeDeviceKind kind) =>
        wanted == kind || (wanted == ComputeDeviceKind.Gpu && kind == ComputeDeviceKind.IntegratedGpu);

    private static string OptionsKey(DeviceSelector selector) =>
        string.Join(
            '\n',
            selector
                .ProviderOptions.OrderBy(static pair => pair.Key, StringComparer.Ordinal)
                .Select(static pair => $"{pair.Key}={pair.Value}")
        );
}
