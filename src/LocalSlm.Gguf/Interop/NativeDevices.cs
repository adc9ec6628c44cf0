using System.Runtime.InteropServices;
using LocalSlm.Hardware;

namespace LocalSlm.Gguf.Interop;

/// <summary>Lists the devices of the loaded backends.</summary>
internal static unsafe class NativeDevices
{
    private const int Accelerator = 3; // GGML_BACKEND_DEVICE_TYPE_ACCEL

    public static List<ComputeDevice> List()
    {
        var count = GgmlNative.ggml_backend_dev_count();
        var devices = new List<ComputeDevice>((int)count);
        for (nuint i = 0; i < count; i++)
        {
            var device = GgmlNative.ggml_backend_dev_get(i);
            GgmlDeviceProps properties = default;
            GgmlNative.ggml_backend_dev_get_props(device, &properties);
            if (properties.type == Accelerator)
            {
                // A library for matrices such as BLAS: it helps the processor by itself, and no layer can be placed on it.
                continue;
            }

            devices.Add(
                new ComputeDevice(
                    Text(properties.name),
                    Text(properties.description),
                    Kind(properties.type),
                    (long)properties.memory_total,
                    (long)properties.memory_free
                )
                {
                    PciAddress = PciAddress.Normalise(Text(properties.device_id)),
                }
            );
        }

        return devices;
    }

    /// <summary>ggml-backend.h, v0.4.0: CPU 0, GPU 1, integrated GPU 2, accelerator of the CPU 3, meta 4.</summary>
    private static ComputeDeviceKind Kind(int type) =>
        type switch
        {
            1 or 4 => ComputeDeviceKind.Gpu,
            2 => ComputeDeviceKind.IntegratedGpu,
            _ => ComputeDeviceKind.Cpu,
        };

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;
}
