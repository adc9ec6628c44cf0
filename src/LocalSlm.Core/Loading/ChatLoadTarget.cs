using LocalSlm.Placement;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>A chat model to open.</summary>
internal sealed class ChatLoadTarget(IModelRuntime runtime, string path, ModelLoadOptions options)
    : ILoadTarget<IRuntimeModel>
{
    public IModelRuntime Runtime => runtime;

    public string Path => path;

    public ModelLoadOptions Options => options;

    public Task<IRuntimeModel> OpenAsync(
        PlacementCandidate candidate,
        IReadOnlyDictionary<string, string> providerOptions,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress> progress,
        CancellationToken cancellationToken
    )
    {
        var resolved = candidate.ApplyTo(options);
        resolved.SetProviderOptions(candidate.Device, providerOptions);
        return runtime.OpenAsync(path, resolved, loggers, progress, cancellationToken);
    }

    public string DeviceOf(IRuntimeModel model) => model.Device;

    public IReadOnlyList<DeviceAttempt> FailedIn(IRuntimeModel model) => model.FailedDevices;

    public string? FindMissingOffload(IRuntimeModel model, PlacementCandidate candidate) =>
        candidate.Device.Kind == ComputeDeviceKind.Cpu || candidate.GpuLayers == 0 ? null
        : model.GpuLayers == 0
            ? $"{candidate.GpuLayers} layer(s) were meant for it, and the runtime put none there. Look at its messages, and at the driver."
        : model.Memory.Count > 0 && model.Memory.All(static memory => memory.Device == DeviceMemory.Host)
            ? $"{candidate.GpuLayers} layer(s) were meant for it, but the runtime holds nothing in its memory. Look at its messages."
        : null;

    public MeasuredSpeed Measure(
        IRuntimeModel model,
        string device,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) => SpeedTrial.Measure(model, device, clock, cancellationToken);
}
