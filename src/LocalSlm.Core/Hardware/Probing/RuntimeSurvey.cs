namespace LocalSlm.Hardware.Probing;

/// <summary>Asks a runtime in this process.</summary>
internal static class RuntimeSurvey
{
    /// <summary>Asks; loads the runtime's native libraries. Never throws.</summary>
    public static RuntimeReport Ask(IModelRuntime runtime)
    {
        try
        {
            return Describe(runtime.Name, runtime.ListDevices(), runtime.NativeVersion);
        }
#pragma warning disable CA1031 // Whatever a runtime throws is the answer: the others are asked all the same.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new RuntimeReport(
                runtime.Name,
                runtime.NativeVersion,
                [],
                error is LocalSlmException ? error.Message : $"{error.GetType().Name}: {error.Message}"
            );
        }
    }

    /// <summary>Reads again how much memory is free, of a runtime whose libraries are in this process.</summary>
    public static RuntimeReport RefreshMemory(IModelRuntime runtime, RuntimeReport report)
    {
        if (report.Problem is not null || Ask(runtime) is not { Problem: null } fresh)
        {
            return report;
        }

        return report with
        {
            Devices =
            [
                .. report.Devices.Select(device =>
                    fresh.Devices.FirstOrDefault(one => one.Name == device.Name) is { } now
                        ? device with
                        {
                            TotalMemoryBytes = now.TotalMemoryBytes,
                            FreeMemoryBytes = now.FreeMemoryBytes,
                        }
                        : device
                ),
            ],
        };
    }

    /// <summary>Parts the virtual devices from the others.</summary>
    private static RuntimeReport Describe(string name, IReadOnlyList<ComputeDevice> devices, string? version) =>
        new(name, version, [.. devices.Where(static device => !device.IsVirtual)])
        {
            Notes =
            [
                .. devices
                    .Where(static device => device.IsVirtual)
                    .Select(static device =>
                        $"{device.Name} ({device.Description}) is a virtual device, to compile models for other machines; it computes nothing here."
                    ),
            ],
        };
}
