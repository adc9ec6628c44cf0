namespace LocalSlm.Gguf.Runtime;

/// <summary>Which layer goes to which device, as <c>llama_model::load_tensors</c> of llama.cpp v0.4.0 decides: the last layers and the
/// output to the devices, in order, by their shares; the rest to main memory.</summary>
internal sealed class LayerLayout
{
    private readonly int[] _devices;

    private LayerLayout(IReadOnlyList<string> names, double[] borders, int gpuLayers, int layerCount)
    {
        DeviceNames = names;
        GpuLayers = gpuLayers;
        LayerCount = layerCount;
        _devices = new int[layerCount + 1];
        var firstOnGpu = layerCount + 1 - gpuLayers;
        Array.Fill(_devices, names.Count, 0, firstOnGpu);
        var device = 0;
        for (var i = firstOnGpu; i <= layerCount; i++)
        {
            // Borders rise, as shares are positive; the last device takes what rounding leaves.
            var at = (float)(i - firstOnGpu) / gpuLayers;
            while (device < names.Count - 1 && at >= (float)borders[device])
            {
                device++;
            }

            _devices[i] = device;
        }
    }

    /// <summary>Gets the devices beside the CPU that hold layers.</summary>
    public IReadOnlyList<string> DeviceNames { get; }

    /// <summary>Gets the layers on them, the output counted as one.</summary>
    public int GpuLayers { get; }

    /// <summary>Gets the model's layers, without the output.</summary>
    public int LayerCount { get; }

    /// <summary>Gets whether every layer and the output are on devices.</summary>
    public bool IsWhole => GpuLayers == LayerCount + 1;

    /// <summary>Reads resolved options: each selector names one device. Options that name none place everything on the CPU.</summary>
    public static LayerLayout Of(ModelFacts facts, ModelLoadOptions options)
    {
        var names = new List<string>();
        foreach (var selector in options.Devices)
        {
            if (selector is { Name: { } name, Kind: not ComputeDeviceKind.Cpu })
            {
                names.Add(name);
            }
        }

        if (names.Count != options.Devices.Count || (names.Count > 1 && options.GpuSplit.Count != names.Count))
        {
            names = [];
        }

        var all = facts.LayerCount + 1;
        var layers = names.Count == 0 ? 0 : Math.Min(options.GpuLayers ?? all, all);
        var borders = new double[names.Count];
        double sum = 0;
        for (var i = 0; i < names.Count; i++)
        {
            sum += names.Count == 1 ? 1 : options.GpuSplit[i];
            borders[i] = sum;
        }

        for (var i = 0; i < names.Count; i++)
        {
            borders[i] /= sum;
        }

        return new LayerLayout(names, borders, layers, facts.LayerCount);
    }

    /// <summary>The device of a layer, by its place in <see cref="DeviceNames"/>; their count for main memory. The output is the layer
    /// behind the last.</summary>
    public int DeviceOf(int layer) => _devices[layer];
}
