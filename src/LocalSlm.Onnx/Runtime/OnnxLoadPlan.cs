using LocalSlm.Hardware;
using LocalSlm.Onnx.Devices;
using LocalSlm.Onnx.Format;
using LocalSlm.Placement;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Where a load goes and how much it may hold: the first candidate of the planner's, resolved. Options that were resolved already
/// give themselves again, so that memory is checked once more right before it is taken.</summary>
/// <param name="Options">The options of this load alone.</param>
/// <param name="Candidate">The candidate.</param>
/// <param name="Failed">What was asked for before and cannot serve.</param>
internal sealed record OnnxLoadPlan(
    ModelLoadOptions Options,
    PlacementCandidate Candidate,
    IReadOnlyList<DeviceAttempt> Failed
)
{
    /// <summary>Makes the plan of a load, with the devices and the memory that there are now.</summary>
    /// <param name="files">The checked files.</param>
    /// <param name="options">How to load.</param>
    /// <param name="runtimeOptions">How ONNX Runtime is used.</param>
    /// <param name="logger">Where messages go.</param>
    /// <exception cref="NativeLibraryException">ONNX Runtime is missing, cannot be loaded, or is too old.</exception>
    /// <exception cref="ModelLoadException">No device is there that may serve.</exception>
    /// <exception cref="InsufficientMemoryException">It fits none of them.</exception>
    public static OnnxLoadPlan Make(
        OnnxModelFiles files,
        ModelLoadOptions options,
        OnnxRuntimeOptions runtimeOptions,
        ILogger logger
    ) =>
        Make(
            files,
            options,
            Math.Min(ProcessorTopology.Detect().ComputeThreads, SessionFactory.MostThreads),
            DeviceList.List(runtimeOptions, logger),
            MemoryLimits.GetAvailableBytes()
        );

    /// <summary>Makes the plan of a load, for devices and memory that are known.</summary>
    public static OnnxLoadPlan Make(
        OnnxModelFiles files,
        ModelLoadOptions options,
        int computeThreads,
        IReadOnlyList<ComputeDevice> devices,
        long availableBytes
    )
    {
        var cost = GraphCost.Of(files);
        var request = new PlacementRequest
        {
            Facts = files.Facts,
            Options = options,
            Devices = devices,
            AvailableBytes = availableBytes,
            ComputeThreads = computeThreads,
            Estimate = (facts, trial) => OnnxMemory.Estimate(facts, trial, cost),
        };
        var plan = PlacementPlanner.Plan(request);
        return plan.Candidates is [var best, ..]
            ? new OnnxLoadPlan(best.ApplyTo(options), best, plan.Excluded)
            : throw PlacementRefusal.Explain(request, plan);
    }

    /// <summary>Gets what the decoder may hold.</summary>
    public DecoderLimits ToLimits()
    {
        var host = Candidate.Memory[^1];
        var all = Candidate.Memory.Sum(static part => part.TotalBytes);

        // Conversations side by side have room for the longest of them each, so their memory may pass what their tokens need. It is taken
        // as it is written to.
        var left = Options.MemoryBudgetBytes is { } budget
            ? budget - all
            : Candidate.MarginBytes - ((Candidate.MarginBytes + host.TotalBytes) / 4);
        return new DecoderLimits(
            Options.MaxConcurrentReplies + Options.CachedConversations,
            Options.MaxConcurrentReplies,
            Candidate.ContextTokens,
            Candidate.CacheTokens,
            Options.BatchTokens,
            host.KvCacheBytes + Math.Max(0, left)
        );
    }
}
