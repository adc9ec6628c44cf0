using LocalSlm.Models;

namespace LocalSlm.Tests.Models;

internal sealed class FakeResident(long bytes) : IResidentModel
{
    private int _disposals;

    public int Disposals => Volatile.Read(ref _disposals);

    public string Device => "CPU";

    public Exception? Fault { get; set; }

    public long MappedBytes { get; set; }

    public long MemoryBytes => bytes;

    public long WeightBytes => bytes;

    public void Dispose() => Interlocked.Increment(ref _disposals);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
