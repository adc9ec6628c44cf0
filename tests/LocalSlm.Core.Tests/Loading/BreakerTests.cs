using LocalSlm.Loading;

namespace LocalSlm.Tests.Loading;

public sealed class BreakerTests : IDisposable
{
    private readonly LoadBench _bench = new();

    public BreakerTests() => _bench.Runtime.Devices = [LoadBench.Gpu, LoadBench.Cpu];

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Device_ThatFailsThreeTimes_IsNotTriedUntilThePauseIsOver()
    {
        _bench.FailOn(device => device == LoadBench.Gpu ? _bench.Refusal(device) : null);
        for (var i = 0; i < DeviceBreaker.LeastTries; i++)
        {
            await LoadAsync();
        }

        Assert.Equal(["GPU0", "CPU", "GPU0", "CPU", "GPU0", "CPU"], _bench.Tried);
        _bench.Tried.Clear();
        var until = _bench.Clock.GetUtcNow() + DeviceBreaker.Pause;
        var reason = (await LoadAsync()).Failed.Single().Reason;

        Assert.Equal(["CPU"], _bench.Tried);
        Assert.Equal($"It failed too often of late, and is not tried before {until:u}.", reason);

        // Half open: one load tries it, fails, and it is open again.
        _bench.Clock.Advance(DeviceBreaker.Pause);
        _bench.Tried.Clear();
        await LoadAsync();
        await LoadAsync();
        Assert.Equal(["GPU0", "CPU", "CPU"], _bench.Tried);

        // It works again, and stays in use.
        _bench.Clock.Advance(DeviceBreaker.Pause);
        _bench.FailOn(static _ => null);
        _bench.Tried.Clear();
        await LoadAsync();
        await LoadAsync();
        Assert.Equal(["GPU0", "GPU0"], _bench.Tried);
    }

    /// <summary>The runtime does not say whose fault it is; another device has the same model.</summary>
    [Fact]
    public async Task Device_WhoseErrorIsNotNamedAsItsOwn_CountsIfAnotherOneServes()
    {
        _bench.FailOn(device => device == LoadBench.Gpu ? new ModelLoadException(_bench.Path, "no.") : null);
        for (var i = 0; i < DeviceBreaker.LeastTries; i++)
        {
            await LoadAsync();
        }

        _bench.Tried.Clear();
        await LoadAsync();
        Assert.Equal(["CPU"], _bench.Tried);
    }

    [Fact]
    public async Task Device_OnTrialWhoseErrorIsNotNamedAsItsOwn_StaysOutOfUse()
    {
        _bench.FailOn(device => device == LoadBench.Gpu ? new ModelLoadException(_bench.Path, "no.") : null);
        for (var i = 0; i < DeviceBreaker.LeastTries; i++)
        {
            await LoadAsync();
        }

        _bench.Clock.Advance(DeviceBreaker.Pause);
        await LoadAsync();
        _bench.Tried.Clear();
        await LoadAsync();
        Assert.Equal(["CPU"], _bench.Tried);
    }

    [Fact]
    public async Task Device_WhereTheModelIsBad_DoesNotCount()
    {
        _bench.FailOn(_ => new ModelLoadException(_bench.Path, "a tensor is missing."));
        for (var i = 0; i < 2 * DeviceBreaker.LeastTries; i++)
        {
            await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());
        }

        _bench.FailOn(static _ => null);
        _bench.Tried.Clear();
        await LoadAsync();
        Assert.Equal(["GPU0"], _bench.Tried);
    }

    [Fact]
    public async Task Device_ThatIsFull_DoesNotCount()
    {
        _bench.FailOn(device => device == LoadBench.Gpu ? new InsufficientMemoryException(2, 1, "x") : null);
        for (var i = 0; i < 2 * DeviceBreaker.LeastTries; i++)
        {
            await LoadAsync();
        }

        Assert.Equal(2 * 2 * DeviceBreaker.LeastTries, _bench.Tried.Count(static name => name == "GPU0"));
    }

    [Fact]
    public async Task Device_ThatFailsWhileItComputes_Counts()
    {
        // Each time it loads well, and then fails.
        for (var i = 0; i < 2; i++)
        {
            var opener = _bench.Opener();
            (await opener.OpenAsync(null, TestContext.Current.CancellationToken)).Model.Dispose();
            (await opener.ReopenAsync("Lost.", TestContext.Current.CancellationToken)).Model.Dispose();
        }

        Assert.Equal("CPU", (await LoadAsync()).Placement!.Device.Name);
    }

    [Fact]
    public async Task RequiredDevice_ThatIsOutOfUse_IsRefusedWithTheTime()
    {
        _bench.Options.RequireDevice = DeviceSelector.Gpu;
        _bench.FailOn(device => _bench.Refusal(device));
        for (var i = 0; i < DeviceBreaker.LeastTries; i++)
        {
            await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());
        }

        var error = await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());
        Assert.Contains("is not tried before", Assert.Single(error.FailedDevices).Reason, StringComparison.Ordinal);
        Assert.Equal(DeviceBreaker.LeastTries, _bench.Tried.Count);
    }

    private async Task<OpenedModel<IRuntimeModel>> LoadAsync()
    {
        var opened = await _bench.OpenAsync();
        opened.Model.Dispose();
        return opened;
    }
}
