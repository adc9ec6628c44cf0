using LocalSlm.Loading;

namespace LocalSlm.Tests.Loading;

public sealed class RepetitionTests : IDisposable
{
    private readonly LoadBench _bench = new();

    public RepetitionTests() => _bench.Runtime.Devices = [LoadBench.Gpu, LoadBench.Cpu];

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Gpu_WhoseMemoryIsTakenForAMoment_IsTriedAgainAfterAPause()
    {
        var errors = new Queue<Exception?>([new InsufficientMemoryException(2, 1, "x"), null]);
        _bench.FailOn(_ => errors.Dequeue());
        var before = _bench.Clock.GetUtcNow();
        var opened = await _bench.OpenAsync();
        opened.Model.Dispose();

        Assert.Equal(["GPU0", "GPU0"], _bench.Tried);
        Assert.Empty(opened.Failed);
        Assert.Equal(LoadRepetition.Pause, _bench.Clock.GetUtcNow() - before);
        Assert.Contains(
            _bench.Log.Lines,
            static line => line.Contains("it is tried again in 2.0 s", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Gpu_WhoseMemoryStaysTaken_IsTriedTwiceThenTheNext()
    {
        _bench.FailOn(device =>
            device == LoadBench.Gpu ? _bench.Refusal(device, "vk::Device: ErrorOutOfDeviceMemory") : null
        );
        var opened = await _bench.OpenAsync();
        opened.Model.Dispose();

        Assert.Equal(["GPU0", "GPU0", "CPU"], _bench.Tried);
        Assert.Single(opened.Failed);
    }

    [Fact]
    public async Task Processor_WhoseMemoryIsTaken_IsTriedOnce()
    {
        _bench.Runtime.Devices = [LoadBench.Cpu];
        _bench.FailOn(_ => new InsufficientMemoryException(2, 1, "x"));
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => _bench.OpenAsync());

        Assert.Equal(["CPU"], _bench.Tried);
    }

    [Fact]
    public async Task Gpu_ThatRefuses_IsTriedOnce()
    {
        _bench.FailOn(device => device == LoadBench.Gpu ? _bench.Refusal(device) : null);
        (await _bench.OpenAsync()).Model.Dispose();

        Assert.Equal(["GPU0", "CPU"], _bench.Tried);
    }

    /// <summary>What .NET throws itself for a file that another handle has locked.</summary>
    [Fact]
    public void LockedFile_IsTransient()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            var error = Record.Exception(() => new FileStream(path, FileMode.Open, FileAccess.Read).Dispose());

            Assert.True(LoadFaults.IsTransient(new ModelFileException(path, "locked.", null, error), null));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void MissingFile_IsNotTransient() =>
        Assert.False(
            LoadFaults.IsTransient(
                new ModelFileException("x", "gone.", null, Record.Exception(() => File.OpenRead("/nonexistent/x"))),
                null
            )
        );
}
