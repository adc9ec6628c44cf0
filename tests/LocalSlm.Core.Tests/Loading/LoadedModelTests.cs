namespace LocalSlm.Tests.Loading;

/// <summary>What a caller of the public surface sees of it.</summary>
public sealed class LoadedModelTests : IDisposable
{
    private readonly LoadBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task ChatModel_AfterAFallback_TellsPlacementFailuresAndHistory()
    {
        _bench.Runtime.Devices = [LoadBench.Gpu, LoadBench.Cpu];
        _bench.FailOn(device => device == LoadBench.Gpu ? _bench.Refusal(device) : null);
        await using var model = await LocalModel.LoadAsync(
            _bench.Runtime,
            _bench.Path,
            null,
            null,
            _bench.Services,
            null,
            TestContext.Current.CancellationToken
        );

        Assert.Equal("CPU", model.Info.Device);
        Assert.Equal(LoadBench.Cpu, model.Info.Placement!.Device);
        Assert.Equal(new DeviceAttempt("GPU0 (Fake Force)", "It said no."), Assert.Single(model.Info.FailedDevices));
        Assert.Equal(
            [ModelHistoryKind.FellBack, ModelHistoryKind.Loaded],
            model.Info.History.Select(static entry => entry.Kind)
        );

        var text = model.Info.ToString().Split('\n');
        Assert.Contains(" on CPU, ", text[0], StringComparison.Ordinal);
        Assert.StartsWith("Planned as CPU: GPU layers 0, context ", text[1], StringComparison.Ordinal);
        Assert.Contains("Not on GPU0 (Fake Force): It said no.", text);
        Assert.EndsWith("Loaded CPU: What came before it does not serve.", text[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmbeddingModel_AfterAFallback_TellsFailuresAndHistory()
    {
        _bench.FailOn(device => device == LoadBench.Cpu ? null : _bench.Refusal(device));
        await using var model = await LocalEmbeddingModel.LoadAsync(
            _bench.Runtime,
            _bench.Path,
            null,
            null,
            _bench.Services,
            null,
            TestContext.Current.CancellationToken
        );

        Assert.Equal("CPU", model.Info.Device);
        Assert.Equal(["NPU0", "GPU0", "CPU"], _bench.Tried);
        Assert.Equal(2, model.Info.FailedDevices.Count);
        Assert.Equal(ModelHistoryKind.Loaded, model.Info.History[^1].Kind);
    }

    [Fact]
    public async Task EmbeddingModel_Measured_IsLoadedOnTheFastest()
    {
        var options = new EmbeddingLoadOptions();
        options.Load.DeviceSelection = DeviceSelection.Measured;
        _bench.FailOn(static _ => null);
        await using var model = await LocalEmbeddingModel.LoadAsync(
            _bench.Runtime,
            _bench.Path,
            options,
            null,
            _bench.Services,
            null,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(4, _bench.Tried.Count);
        Assert.Equal(1, _bench.Runtime.LiveModels);
        Assert.StartsWith("Measured, fastest first: ", Assert.Single(model.Info.History).Reason);
    }

    /// <summary>The fake clock stands still while devices compute: the same speed for all, and then the preferred order holds.</summary>
    [Fact]
    public async Task EmbeddingModel_MeasuredWithEqualSpeeds_KeepsTheOrder()
    {
        var options = new EmbeddingLoadOptions();
        options.Load.DeviceSelection = DeviceSelection.Measured;
        await using var model = await LocalEmbeddingModel.LoadAsync(
            _bench.Runtime,
            _bench.Path,
            options,
            null,
            _bench.Services,
            null,
            TestContext.Current.CancellationToken
        );

        Assert.Equal("NPU0", model.Info.Device);
    }
}
