using LocalSlm.Models;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>A loaded chat model with the one client that its requests share, since it keeps what it learnt about templates.</summary>
/// <param name="model">The model.</param>
/// <param name="isMapped">Whether its weights are mapped from its file, where the runtime tells what it holds.</param>
internal sealed class ResidentChatModel(LocalModel model, bool isMapped) : IResidentModel
{
    public LocalModel Model => model;

    public LocalChatClient Client { get; } = model.CreateChatClient();

    public string Device => model.Info.Device;

    public IReadOnlyList<DeviceAttempt> FailedDevices => model.Info.FailedDevices;

    public IReadOnlyList<ModelHistoryEntry> History => model.Info.History;

    public Exception? Fault => model.Fault;

    public long MappedBytes =>
        isMapped
            ? model.Info.Memory.Where(static one => one.Device == DeviceMemory.Host).Sum(static one => one.WeightBytes)
            : 0;

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
