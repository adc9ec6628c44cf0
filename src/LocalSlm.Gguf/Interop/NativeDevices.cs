using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>Lists the devices of the loaded backends.</summary>
internal static unsafe class NativeDevices
{
    public static List<ComputeDevice> List()
    {
        var count = GgmlNative.ggml_backend_dev_count();
        var devices = new List<ComputeDevice>((int)count);
        for (nuint i = 0; i < count; i++)
        {
            var device = GgmlNative.ggml_backend_dev_get(i);
            GgmlNative.ggml_backend_dev_memory(device, out var free, out var total);
            devices.Add(
                new ComputeDevice(
                    Text(GgmlNative.ggml_backend_dev_name(device)),
                    Text(GgmlNative.ggml_backend_dev_description(device)),
                    Kind(GgmlNative.ggml_backend_dev_type(device)),
                    (long)total,
                    (long)free
                )
            );
        }

        return devices;
    }

    /// <summary>ggml-backend.h, v0.4.0: CPU 0, GPU 1, integrated GPU 2, accelerator beside the CPU 3, meta 4.</summary>
    private static ComputeDeviceKind Kind(int type) =>
        type switch
        {
            1 or 4 => ComputeDeviceKind.Gpu,
            2 => ComputeDeviceKind.IntegratedGpu,
            3 => ComputeDeviceKind.Npu,
            _ => ComputeDeviceKind.Cpu,
        };

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;
}
