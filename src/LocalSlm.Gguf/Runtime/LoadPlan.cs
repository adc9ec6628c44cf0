using LocalSlm.Gguf.Interop;
using LocalSlm.Hardware;
using LocalSlm.Placement;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Where a load goes: the first candidate of the planner's, resolved. Options that were resolved already give themselves
/// again, so that memory is checked once more right before it is taken.</summary>
/// <param name="Options">The options of this load alone.</param>
/// <param name="Candidate">The candidate.</param>
/// <param name="Failed">What was asked for before and cannot serve.</param>
internal sealed record LoadPlan(
    ModelLoadOptions Options,
    PlacementCandidate Candidate,
    IReadOnlyList<DeviceAttempt> Failed
)
{
    /// <summary>Gets a value indicating whether graphics processors are to hold layers.</summary>
    public bool WantsGpu => Candidate is { GpuLayers: > 0, Device.Kind: not ComputeDeviceKind.Cpu };

    /// <summary>Gets the names of the devices beside the CPU that hold layers.</summary>
    public IReadOnlyList<string> GpuNames =>
        WantsGpu ? [.. Candidate.Devices.Select(static device => device.Name)] : [];

    /// <summary>Gets what the devices call themselves.</summary>
    public string DeviceWords =>
        WantsGpu
            ? string.Join(" + ", Candidate.Devices.Select(static device => device.Description))
            : DeviceMemory.Host;

    /// <summary>Says it to the library; the caller disposes what it gets when the weights are loaded.</summary>
    public NativePlacement ToNative() =>
        new(GpuNames, Candidate.GpuSplit, WantsGpu ? Candidate.GpuLayers : 0, Candidate.ExpertsOnCpu);

    /// <summary>Makes the plan of a load.</summary>
    /// <exception cref="ModelLoadException">No device is there that may serve.</exception>
    /// <exception cref="InsufficientMemoryException">It fits none of them.</exception>
    public static LoadPlan Make(ModelFacts facts, ModelLoadOptions options, ProcessorTopology topology) =>
        Make(facts, options, topology.ComputeThreads, NativeDevices.List(), MemoryLimits.GetAvailableBytes());

    /// <summary>Makes the plan of a load, for devices and memory that are known.</summary>
    public static LoadPlan Make(
        ModelFacts facts,
        ModelLoadOptions options,
        int computeThreads,
        IReadOnlyList<ComputeDevice> devices,
        long availableBytes
    )
    {
        var request = new PlacementRequest
        {
            Facts = facts,
            Options = options,
            Devices = devices,
            AvailableBytes = availableBytes,
            ComputeThreads = computeThreads,
            Estimate = GgufMemory.Estimate,
        };
        var plan = PlacementPlanner.Plan(request);
        return plan.Candidates is [var best, ..]
            ? new LoadPlan(best.ApplyTo(options), best, plan.Excluded)
            : throw PlacementRefusal.Explain(request, plan);
    }
}
