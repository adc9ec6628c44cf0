using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Asks the library for the buffers of a load without making them (<c>no_alloc</c>, llama.cpp v0.4.0): it reads the header, builds
/// the graph and adds up what it would reserve. It then tells compute buffers alone; weights and cache come from the estimate, which knows
/// them to the byte.</summary>
internal static class SimulatedMemory
{
    // Reading the header and building the graph takes the time of a small load; with more room than this the estimate is near enough.
    private const int PlentyPercent = 20;

    /// <summary>Refuses a load onto a graphics processor that the library itself says does not fit, before it touches its memory.</summary>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    public static void RefuseWhatDoesNotFit(ModelFacts facts, string nativePath, LoadPlan load, NativeLogScope log)
    {
        var need = load.Candidate.Memory.Sum(static part => part.TotalBytes);
        if (
            !load.WantsGpu
            || load.Candidate.MarginBytes > need / 100 * PlentyPercent
            || Run(facts, nativePath, load, log) is not { } simulated
        )
        {
            return;
        }

        foreach (var (device, part) in load.Candidate.Devices.Zip(simulated))
        {
            if (device.FreeMemoryBytes > 0 && part.TotalBytes > device.FreeMemoryBytes)
            {
                throw new InsufficientMemoryException(
                    part.TotalBytes,
                    device.FreeMemoryBytes,
                    $"llama.cpp's own simulation of the load says so for {device.Name}. Lower GpuLayers, ContextTokens or BatchTokens, or set "
                        + "GpuOverheadBytes, so that less is placed there."
                );
            }
        }
    }

    /// <summary>Simulates a load.</summary>
    /// <param name="facts">The checked file.</param>
    /// <param name="nativePath">Where the library opens it.</param>
    /// <param name="load">Where it would go.</param>
    /// <param name="log">Where native messages go; the calling thread works for it.</param>
    /// <returns>The memory by device, main memory last; <see langword="null"/> where the library cannot simulate this
    /// model.</returns>
    public static IReadOnlyList<DeviceMemory>? Run(
        ModelFacts facts,
        string nativePath,
        LoadPlan load,
        NativeLogScope log
    )
    {
        // Recurrent states are made for real even then (llama-memory-recurrent.cpp).
        if (facts.IsRecurrent)
        {
            return null;
        }

        var before = log.Report;
        var report = log.Report = new NativeMemoryReport();
        try
        {
            var modelParameters = LlamaNative.llama_model_default_params();
            modelParameters.no_alloc = 1;
            modelParameters.load_mode = 0; // LLAMA_LOAD_MODE_NONE: the library asserts that nothing is mapped
            using var placement = load.ToNative();
            placement.Attach(ref modelParameters);
            using var model = ModelHandle.Load(nativePath, modelParameters);
            if (model is null)
            {
                return null;
            }

            var parameters = ContextPlan.Of(facts, load.Options).ToNative(load.Options.KvCacheType);
            parameters.flash_attn_type = load.Options.FlashAttention switch
            {
                null => -1,
                true => 1,
                false => 0,
            };
            parameters.n_threads = parameters.n_threads_batch = 1;
            using var context = ContextHandle.Create(model, parameters, null);
            return context is null ? null : Merge(report.ByDevice(load.GpuNames), load.Candidate.Memory);
        }
        finally
        {
            log.Report = before;
        }
    }

    private static DeviceMemory[] Merge(IReadOnlyList<DeviceMemory> simulated, IReadOnlyList<DeviceMemory> planned) =>
        [
            .. planned.Select(part =>
                part with
                {
                    ComputeBytes = simulated.FirstOrDefault(one => one.Device == part.Device)?.ComputeBytes ?? 0,
                }
            ),
        ];
}
