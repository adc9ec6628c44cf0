using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>Says to the library where the layers of one model go. Its native memory lives until it is disposed, which is after the weights
/// are loaded: the library keeps pointers into it until then.</summary>
internal sealed unsafe class NativePlacement : IDisposable
{
    private const int SplitByLayer = 1; // LLAMA_SPLIT_MODE_LAYER

    // The pattern of the library's own switch --cpu-moe (common.h, v0.4.0).
    private const string ExpertPattern = @"\.ffn_(up|down|gate|gate_up)_(ch|)exps";

    // Room for the shares of more devices than any build takes (llama_max_devices is 16).
    private const int MostShares = 128;

    private nint* _devices;
    private float* _shares;
    private TensorOverride* _overrides;
    private nint _pattern;

    /// <summary>Names the devices that hold layers.</summary>
    /// <param name="names">Their names in the library's list, in order; none for the CPU alone.</param>
    /// <param name="shares">The share of each; empty for one.</param>
    /// <param name="gpuLayers">The layers they hold together, the output counted as one.</param>
    /// <param name="expertsOnCpu">Whether experts stay in main memory.</param>
    /// <exception cref="ArgumentException">The library lists no device of a name.</exception>
    public NativePlacement(IReadOnlyList<string> names, IReadOnlyList<double> shares, int gpuLayers, bool expertsOnCpu)
    {
        try
        {
            GpuLayers = gpuLayers;

            // A list that ends with a null pointer; without it, the library would take every device there is.
            _devices = (nint*)NativeMemory.AllocZeroed((nuint)names.Count + 1, (nuint)sizeof(nint));
            for (var i = 0; i < names.Count; i++)
            {
                _devices[i] = Find(names[i]);
            }

            if (names.Count > 1)
            {
                _shares = (float*)NativeMemory.AllocZeroed(MostShares, sizeof(float));
                for (var i = 0; i < Math.Min(shares.Count, MostShares); i++)
                {
                    _shares[i] = (float)shares[i];
                }
            }

            if (expertsOnCpu && names.Count > 0)
            {
                _pattern = Marshal.StringToCoTaskMemUTF8(ExpertPattern);
                _overrides = (TensorOverride*)NativeMemory.AllocZeroed(2, (nuint)sizeof(TensorOverride));
                _overrides[0].Pattern = _pattern;
                _overrides[0].BufferType = GgmlNative.ggml_backend_cpu_buffer_type();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets the layers that devices hold.</summary>
    public int GpuLayers { get; }

    /// <summary>Puts it into the parameters of a load.</summary>
    public void Attach(ref LlamaModelParams parameters)
    {
        parameters.devices = _devices;
        parameters.n_gpu_layers = GpuLayers;
        parameters.split_mode = SplitByLayer;
        parameters.main_gpu = 0;
        parameters.tensor_split = _shares;
        parameters.tensor_buft_overrides = _overrides;
    }

    public void Dispose()
    {
        NativeMemory.Free(_devices);
        NativeMemory.Free(_shares);
        NativeMemory.Free(_overrides);
        Marshal.FreeCoTaskMem(_pattern);
        _devices = null;
        _shares = null;
        _overrides = null;
        _pattern = 0;
    }

    private static nint Find(string name)
    {
        var count = GgmlNative.ggml_backend_dev_count();
        for (nuint i = 0; i < count; i++)
        {
            var device = GgmlNative.ggml_backend_dev_get(i);
            if (Marshal.PtrToStringUTF8((nint)GgmlNative.ggml_backend_dev_name(device)) == name)
            {
                return device;
            }
        }

        throw new ArgumentException($"llama.cpp lists no device '{name}'.", nameof(name));
    }

    /// <summary><c>struct llama_model_tensor_buft_override</c> of <c>llama.h</c>, v0.4.0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TensorOverride
    {
        public nint Pattern;
        public nint BufferType;
    }
}
