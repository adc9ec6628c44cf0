using LocalSlm.Placement;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>An embedding model to open.</summary>
internal sealed class EmbedderLoadTarget(IModelRuntime runtime, string path, EmbeddingLoadOptions options)
    : ILoadTarget<IRuntimeEmbedder>
{
    public IModelRuntime Runtime => runtime;

    public string Path => path;

    public ModelLoadOptions Options => options.Load;

    public ModelLoadOptions GetPlanOptions(ModelFacts facts) => EmbeddingWishes.Of(facts, options);

    public Task<IRuntimeEmbedder> OpenAsync(
        PlacementCandidate candidate,
        IReadOnlyDictionary<string, string> providerOptions,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress> progress,
        CancellationToken cancellationToken
    )
    {
        // What concerns conversations means nothing here, and is refused: the devices alone are taken over.
        var placed = candidate.ApplyTo(options.Load);
        var resolved = options.Clone();
        var load = resolved.Load;
        load.RequireDevice = null;
        load.ExcludedDevices.Clear();
        load.Devices.Clear();
        foreach (var device in placed.Devices)
        {
            load.Devices.Add(device);
        }

        load.GpuSplit.Clear();
        foreach (var share in placed.GpuSplit)
        {
            load.GpuSplit.Add(share);
        }

        load.GpuLayers = placed.GpuLayers;
        load.ExpertsOnCpu = placed.ExpertsOnCpu;
        load.SetProviderOptions(candidate.Device, providerOptions);
        return runtime.OpenEmbedderAsync(path, resolved, loggers, progress, cancellationToken);
    }

    public string DeviceOf(IRuntimeEmbedder model) => model.Device;

    public IReadOnlyList<DeviceAttempt> FailedIn(IRuntimeEmbedder model) => model.FailedDevices;

    /// <summary>An embedder does not tell where its layers are; ONNX Runtime's assignment is checked where it is opened.</summary>
    public string? FindMissingOffload(IRuntimeEmbedder model, PlacementCandidate candidate) => null;

    public MeasuredSpeed Measure(
        IRuntimeEmbedder model,
        string device,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) => SpeedTrial.Measure(model, device, clock, cancellationToken);
}
