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

    /// <summary>Gets 0: the runtimes do not tell what an embedding model takes.</summary>
    public long MemoryBytes => 0;

    public long WeightBytes => model.Info.Facts.WeightBytes;

    public void Dispose() => model.Dispose();

    public ValueTask DisposeAsync() => model.DisposeAsync();
}
