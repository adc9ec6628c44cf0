using LocalSlm.Models;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>A loaded embedding model with the one generator that its requests share.</summary>
internal sealed class ResidentEmbeddingModel(LocalEmbeddingModel model) : IResidentModel
{
    public LocalEmbeddingModel Model => model;

    public LocalEmbeddingGenerator Generator { get; } = model.CreateGenerator();

    public string Device => model.Info.Device;

    public IReadOnlyList<DeviceAttempt> FailedDevices => model.Info.FailedDevices;

    public IReadOnlyList<ModelHistoryEntry> History => model.Info.History;

    /// <summary>Gets what the runtime reports; where it does not, what was planned.</summary>
    public long MemoryBytes
    {
        get
        {
            var info = model.Info;
            return (info.Memory.Count > 0 ? info.Memory : info.Placement?.Memory ?? []).Sum(static one =>
                one.TotalBytes
            );
        }
    }

    public long WeightBytes => model.Info.Facts.WeightBytes;

    public void Dispose() => model.Dispose();

    public ValueTask DisposeAsync() => model.DisposeAsync();
}
