using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Checks that a load did what was asked for: the library goes on without a word where a device takes nothing.</summary>
internal static class OffloadCheck
{
    /// <summary>Checks the library's own report.</summary>
    /// <exception cref="ModelLoadException">A graphics processor was asked for, and holds nothing.</exception>
    public static void Check(string path, LoadPlan load, NativeMemoryReport report)
    {
        if (!load.WantsGpu)
        {
            return;
        }

        var names = load.GpuNames;
        var memory = report.ByDevice(names);
        var holding = memory.Count(part => part.Device != DeviceMemory.Host && part.WeightBytes > 0);
        if (holding > 0 && report.OffloadedLayers is not 0)
        {
            return;
        }

        var found = report.IsEmpty
            ? "it reports no buffers at all"
            : string.Join(
                ", ",
                memory.Select(static part => $"{part.Device}: {part.WeightBytes >> 20} MiB of weights")
            );
        throw new ModelLoadException(
            path,
            $"{load.Candidate.GpuLayers} layer(s) were asked for on {string.Join(" + ", names)}, but llama.cpp put nothing there "
                + $"({found}). The device's backend is listed and does not take this model's weights: update its driver, or leave the "
                + "device out with ModelLoadOptions.ExcludedDevices."
        );
    }
}
