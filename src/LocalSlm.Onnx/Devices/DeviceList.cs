using LocalSlm.Onnx.Interop;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx.Devices;

/// <summary>Lists devices for a caller: those that compute, and those that are there without a provider, with what to do.</summary>
internal static class DeviceList
{
    /// <summary>Lists the devices.</summary>
    /// <exception cref="NativeLibraryException">ONNX Runtime is missing, cannot be loaded, or is too old.</exception>
    public static IReadOnlyList<ComputeDevice> List(OnnxRuntimeOptions options, ILogger logger)
    {
        var environment = OnnxEnvironment.Get(logger);
        var failures = ProviderLibraries.Register(environment, options, logger);
        return Describe(DeviceCatalog.Read(environment), failures);
    }

    internal static IReadOnlyList<ComputeDevice> Describe(DeviceCatalog catalog, IReadOnlyList<DeviceAttempt> failures)
    {
        var devices = new List<ComputeDevice>();
        foreach (var device in catalog.Devices)
        {
            devices.Add(
                device.Identity.ApplyTo(
                    new ComputeDevice(device.Name, device.Description, device.Kind, 0, 0)
                    {
                        Provider = device.Provider,
                        IsVirtual = device.IsVirtual,
                        Problem = device.IsVirtual ? DeviceChoice.VirtualReason : null,
                    }
                )
            );
        }

        foreach (var hardware in catalog.Unserved)
        {
            var reasons = string.Concat(failures.Select(static failure => $" {failure.Device}: {failure.Reason}"));
            devices.Add(
                hardware.Identity.ApplyTo(
                    new ComputeDevice(hardware.Words, hardware.Words, hardware.Kind, 0, 0)
                    {
                        Problem =
                            "It is present, but no execution provider for it is registered: reference the native package that brings one, "
                            + $"or name a plug-in library in OnnxRuntimeOptions.ProviderLibraries.{reasons}",
                    }
                )
            );
        }

        return devices;
    }
}
