using LocalSlm.Models;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>A loaded chat model with the one client that its requests share, since it keeps what it learnt about templates.</summary>
internal sealed class ResidentChatModel(LocalModel model) : IResidentModel
{
    public LocalModel Model => model;

    public LocalChatClient Client { get; } = model.CreateChatClient();

    public string Device => model.Info.Device;

    public IReadOnlyList<DeviceAttempt> FailedDevices => model.Info.FailedDevices;

    public IReadOnlyList<ModelHistoryEntry> History => model.Info.History;

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
