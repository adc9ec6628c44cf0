using LocalSlm.Hardware;
using LocalSlm.Placement;

namespace LocalSlm.Loading;

/// <summary>What is known before anything is loaded.</summary>
/// <param name="Facts">The model.</param>
/// <param name="Identity">Its files.</param>
/// <param name="Plan">Where it may go.</param>
/// <param name="Order">The order of the devices, and what is left out.</param>
/// <param name="Request">What the plan was made from.</param>
internal sealed record PreparedLoad(
    ModelFacts Facts,
    ModelIdentity Identity,
    PlacementPlan Plan,
    DeviceOrder Order,
    PlacementRequest Request
)
{
    /// <summary>As many as llama.cpp takes (GGML_MAX_N_THREADS); more is refused where it is asked for.</summary>
    private const int MostThreads = 512;

    /// <summary>Reads the model's files, lists the devices and makes the plan. Blocks.</summary>
    /// <exception cref="ModelLoadException">The devices cannot be listed.</exception>
    public static PreparedLoad Make<TModel>(ILoadTarget<TModel> target, LoadServices services)
        where TModel : class, IDisposable
    {
        var (runtime, path) = (target.Runtime, target.Path);

        // Before the files are read: what changes afterwards is noticed.
        var identity = ModelIdentity.Read(path);
        var facts = runtime.Inspect(path);
        var options = target.GetPlanOptions(facts);
        var devices = List(runtime, path);
        var request = new PlacementRequest
        {
            Facts = facts,
            Options = options,
            Devices = devices,
            AvailableBytes = services.AvailableBytes(),
            ReservedBytes = services.ReservedBytes(),
            ComputeThreads = Math.Min(ProcessorTopology.Detect().ComputeThreads, MostThreads),
            Estimate = runtime.Estimate,
        };
        var order = DeviceOrder.Make(options, devices);
        return new PreparedLoad(facts, identity, PlacementPlanner.Plan(request, order), order, request);
    }

    private static IReadOnlyList<ComputeDevice> List(IModelRuntime runtime, string path)
    {
        IReadOnlyList<ComputeDevice> devices;
        try
        {
            devices = runtime.ListDevices();
        }
        catch (Exception error) when (error is not (LocalSlmException or OperationCanceledException))
        {
            throw new ModelLoadException(
                path,
                $"the devices of {runtime.Name} cannot be listed: {error.Message}",
                error
            );
        }

        return devices.Count > 0
            ? devices
            : throw new ModelLoadException(path, $"{runtime.Name} lists no device, not even the processor.");
    }
}
