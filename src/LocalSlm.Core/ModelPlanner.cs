using LocalSlm.Hardware;
using LocalSlm.Placement;

namespace LocalSlm;

/// <summary>Tells where a model would be loaded, without loading it: on which device, how many layers there, how long conversations may
/// be, how much memory that takes, and why.</summary>
public static class ModelPlanner
{
    /// <summary>Plans a model that lies on disk. Its headers are read, the runtime's devices are listed, and nothing is loaded.</summary>
    /// <param name="runtime">The runtime that would serve it.</param>
    /// <param name="path">Its file or folder.</param>
    /// <param name="options">How it would be loaded; <see langword="null"/> for the defaults.</param>
    /// <returns>The plan. Without candidates where it fits nowhere; <see cref="PlacementPlan.Excluded"/> tells why then.</returns>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>.</exception>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It is of a kind that cannot be served.</exception>
    /// <exception cref="NativeLibraryException">The native library, which lists the devices, cannot be loaded.</exception>
    public static PlacementPlan Plan(IModelRuntime runtime, string path, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return PlanFromFacts(runtime, runtime.Inspect(path), options);
    }

    /// <summary>Plans a model of which only the facts are there, such as those of a header that was read before the file is
    /// downloaded.</summary>
    /// <param name="runtime">The runtime that would serve it.</param>
    /// <param name="facts">What its files say.</param>
    /// <param name="options">How it would be loaded; <see langword="null"/> for the defaults.</param>
    /// <returns>The plan. Without candidates where it fits nowhere; <see cref="PlacementPlan.Excluded"/> tells why then.</returns>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="NativeLibraryException">The native library, which lists the devices, cannot be loaded.</exception>
    public static PlacementPlan PlanFromFacts(IModelRuntime runtime, ModelFacts facts, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(facts);
        return PlanForDevices(runtime, facts, options, runtime.ListDevices());
    }

    /// <summary>Plans a model for devices that are listed already, such as those of another machine.</summary>
    /// <param name="runtime">The runtime that would serve it.</param>
    /// <param name="facts">What its files say.</param>
    /// <param name="options">How it would be loaded; <see langword="null"/> for the defaults.</param>
    /// <param name="devices">The devices.</param>
    /// <param name="availableBytes">The main memory that may be taken, in bytes; <see langword="null"/> for what is available here
    /// now.</param>
    /// <returns>The plan. Without candidates where it fits nowhere; <see cref="PlacementPlan.Excluded"/> tells why then.</returns>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public static PlacementPlan PlanForDevices(
        IModelRuntime runtime,
        ModelFacts facts,
        ModelLoadOptions? options,
        IReadOnlyList<ComputeDevice> devices,
        long? availableBytes = null
    )
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(devices);
        options = options?.Clone() ?? new ModelLoadOptions();
        if (options.FindConflicts() is { Count: > 0 } conflicts)
        {
            throw new ArgumentException(string.Join(" ", conflicts), nameof(options));
        }

        return PlacementPlanner.Plan(
            new PlacementRequest
            {
                Facts = facts,
                Options = options,
                Devices = devices,
                AvailableBytes = availableBytes ?? MemoryLimits.GetAvailableBytes(),
                ComputeThreads = ProcessorTopology.Detect().ComputeThreads,
                Estimate = runtime.Estimate,
            }
        );
    }
}
