namespace LocalSlm.Gguf.Runtime;

/// <summary>Where a model's layers go.</summary>
/// <param name="GpuLayers">How many go to graphics processors; <see langword="null"/> for all, where there is one.</param>
/// <param name="DeviceIndex">The only device they go to, by its place in the library's list; <see langword="null"/> for whichever the
/// library takes.</param>
/// <param name="CpuOnly">Whether no other device may help, not even with long prompts.</param>
/// <param name="Failed">What was asked for before and is not there.</param>
internal sealed record DevicePlacement(
    int? GpuLayers,
    int? DeviceIndex,
    bool CpuOnly,
    IReadOnlyList<DeviceAttempt> Failed
)
{
    private const string NoLayers = "GpuLayers is 0, which leaves every layer on the CPU. Leave it out.";

    /// <summary>Takes the first device of <see cref="ModelLoadOptions.Devices"/> that is there. Without any, the library decides: graphics
    /// processors where there are some.</summary>
    /// <exception cref="ModelLoadException">None of them is there.</exception>
    public static DevicePlacement Choose(
        string path,
        ModelLoadOptions options,
        Func<IReadOnlyList<ComputeDevice>> listDevices
    )
    {
        if (options.Devices.Count == 0)
        {
            return new DevicePlacement(options.GpuLayers, null, CpuOnly: false, []);
        }

        var devices = listDevices();
        var failed = new List<DeviceAttempt>();
        foreach (var selector in options.Devices)
        {
            if (FindProblem(selector, options, devices, out var index) is { } problem)
            {
                failed.Add(new DeviceAttempt(selector.ToString(), problem));
                continue;
            }

            return devices[index].Kind == ComputeDeviceKind.Cpu
                ? new DevicePlacement(0, null, CpuOnly: true, failed)
                : new DevicePlacement(options.GpuLayers, NamesOne(selector) ? index : null, CpuOnly: false, failed);
        }

        throw new ModelLoadException(
            path,
            "no device serves it. Correct what failed, or add another device to ModelLoadOptions.Devices. Tried were:",
            failedDevices: failed
        );
    }

    /// <summary>Finds the graphics processor that computes.</summary>
    /// <param name="devices">The library's list.</param>
    /// <returns>The device, or <see langword="null"/> if the CPU computes alone.</returns>
    public ComputeDevice? FindGpu(IReadOnlyList<ComputeDevice> devices) =>
        CpuOnly || GpuLayers == 0 ? null
        : DeviceIndex is { } index ? devices[index]
        : devices.FirstOrDefault(static device =>
            device.Kind is ComputeDeviceKind.Gpu or ComputeDeviceKind.IntegratedGpu
        );

    private static string? FindProblem(
        DeviceSelector selector,
        ModelLoadOptions options,
        IReadOnlyList<ComputeDevice> devices,
        out int index
    )
    {
        index = -1;
        if (selector.Provider is not null || selector.ProviderOptions.Count > 0)
        {
            return "Execution providers and their options belong to ONNX Runtime; llama.cpp has none. Name a kind: cpu or gpu.";
        }

        if (selector.Kind != ComputeDeviceKind.Cpu && options.GpuLayers == 0)
        {
            return NoLayers;
        }

        var matches = new List<int>();
        for (var i = 0; i < devices.Count; i++)
        {
            if (Fits(selector, devices[i]))
            {
                matches.Add(i);
            }
        }

        var which = selector.Index ?? 0;
        if (which >= matches.Count)
        {
            var listed = string.Join(
                ", ",
                devices.Select(static device => $"{device.Name} ({device.Kind}, {device.Description})")
            );
            return $"No such device is listed. Listed are: {listed}. llama.cpp lists a graphics processor when its backend "
                + "(CUDA, Vulkan, Metal) lies beside its other libraries.";
        }

        index = matches[which];
        return null;
    }

    private static bool Fits(DeviceSelector selector, ComputeDevice device) =>
        (
            device.Kind == selector.Kind
            || (device.Kind == ComputeDeviceKind.IntegratedGpu && selector.Kind == ComputeDeviceKind.Gpu)
        )
        && (
            selector.Name is not { } name
            || device.Name.Contains(name, StringComparison.OrdinalIgnoreCase)
            || device.Description.Contains(name, StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>A bare <c>gpu</c> means all of them: the library may split a large model.</summary>
    private static bool NamesOne(DeviceSelector selector) =>
        selector.Kind != ComputeDeviceKind.Gpu || selector.Index is not null || selector.Name is not null;
}
