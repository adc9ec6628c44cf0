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

    /// <summary>Loads a model onto one device, or onto none beside the CPU.</summary>
    /// <param name="index">The device's place in <see cref="List"/>; <see langword="null"/> for whichever the library takes.</param>
    /// <param name="cpuOnly">Whether no device beside the CPU may take part.</param>
    /// <param name="path">The model.</param>
    /// <param name="parameters">How it is loaded.</param>
    public static ModelHandle? LoadOn(int? index, bool cpuOnly, string path, LlamaModelParams parameters)
    {
        if (index is null && !cpuOnly)
        {
            return ModelHandle.Load(path, parameters);
        }

        // A list that ends with a null pointer; the library copies it while it loads (llama.cpp, v0.4.0).
        var devices = stackalloc nint[2];
        devices[0] = index is { } one ? GgmlNative.ggml_backend_dev_get((nuint)one) : 0;
        devices[1] = 0;
        parameters.devices = devices;
        return ModelHandle.Load(path, parameters);
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
