using LocalSlm.Hardware;
using LocalSlm.Placement;

namespace LocalSlm.Loading;

/// <summary>What is known before anything is loaded.</summary>
/// <param name="Facts">The model.</param>
/// <param name="Identity">Its files.</param>
/// <param name="Plan">Where it may go.</param>
/// <param name="Wanted">What was asked for.</param>
/// <param name="Request">What the plan was made from.</param>
internal sealed record PreparedLoad(
    ModelFacts Facts,
    ModelIdentity Identity,
    PlacementPlan Plan,
    WantedDevices Wanted,
    PlacementRequest Request
)
{
    /// <summary>Reads the model's files, lists the devices and makes the plan. Blocks.</summary>
    /// <exception cref="ModelLoadException">The devices cannot be listed.</exception>
    public static PreparedLoad Make(IModelRuntime runtime, string path, ModelLoadOptions options, LoadServices services)
    {
        var facts = runtime.Inspect(path);
        var devices = List(runtime, path);
        var request = new PlacementRequest
        {
            Facts = facts,
            Options = options,
            Devices = devices,
            AvailableBytes = services.AvailableBytes(),
            ReservedBytes = services.ReservedBytes(),
            ComputeThreads = ProcessorTopology.Detect().ComputeThreads,
            Estimate = runtime.Estimate,
        };
        return new PreparedLoad(
            facts,
            ModelIdentity.Read(path),
            PlacementPlanner.Plan(request),
            new WantedDevices(options, devices),
            request
        );
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
