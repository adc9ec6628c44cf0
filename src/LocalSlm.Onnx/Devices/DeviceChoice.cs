namespace LocalSlm.Onnx.Devices;

/// <summary>Finds the one device that a session is opened on. Which devices are tried one after another is decided above the runtime. The
/// library's own selection policies are not used: they fall back to the CPU in silence.</summary>
internal static class DeviceChoice
{
    internal const string VirtualReason =
        "It is a virtual device: its provider lists it to compile models for other machines; there is no such hardware here. Leave it out.";

    /// <summary>Finds the device.</summary>
    /// <param name="path">The model's path, for the error.</param>
    /// <param name="selectors">What is wanted: one device; none for the CPU.</param>
    /// <param name="catalog">What is there.</param>
    /// <returns>The device, and options for its provider.</returns>
    /// <exception cref="ModelLoadException">It is not there, or cannot be used; or several are wanted.</exception>
    public static (ListedDevice Device, IReadOnlyDictionary<string, string> Options) Find(
        string path,
        IReadOnlyList<DeviceSelector> selectors,
        DeviceCatalog catalog
    )
    {
        if (selectors.Count > 1)
        {
            throw new ModelLoadException(
                path,
                $"a session computes on one device, and {selectors.Count} are given: {string.Join(", ", selectors)}. "
                    + "LocalModel.LoadAsync tries one after another."
            );
        }

        var selector = selectors.Count == 0 ? DeviceSelector.Cpu : selectors[0];
        var described = DeviceList.Describe(catalog, []);
        if (selector.Select(described) is not [var first, ..])
        {
            var listed = string.Join(", ", catalog.Devices.Select(static device => device.Words));
            throw Refuse(path, selector.ToString(), $"No such device is listed. Listed are: {listed}.");
        }

        if (first.Problem is { } problem)
        {
            throw Refuse(path, first.Name, problem);
        }

        var device = catalog.Devices.First(one => one.Name == first.Name);
        if (device.IsBuiltInCpu && selector.ProviderOptions.Count > 0)
        {
            // It would accept any, and use none.
            var names = string.Join(", ", selector.ProviderOptions.Keys);
            throw Refuse(
                path,
                device.Words,
                $"The CPU provider takes no options, but these are set: {names}. Leave them out."
            );
        }

        return (device, selector.ProviderOptions);
    }

    private static ModelLoadException Refuse(string path, string device, string reason) =>
        new(path, "the device does not serve it:", failedDevices: [new DeviceAttempt(device, reason)]);
}
