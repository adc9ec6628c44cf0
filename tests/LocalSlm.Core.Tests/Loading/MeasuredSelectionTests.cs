using LocalSlm.Loading;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Loading;

public sealed class MeasuredSelectionTests : IDisposable
{
    private readonly LoadBench _bench = new();
    private readonly Dictionary<string, TimeSpan> _timeOfToken = new()
    {
        ["NPU0"] = TimeSpan.FromMilliseconds(4),
        ["GPU0"] = TimeSpan.FromMilliseconds(9),
        ["CPU"] = TimeSpan.FromMilliseconds(2),
    };

    public MeasuredSelectionTests()
    {
        _bench.Options.DeviceSelection = DeviceSelection.Measured;
        _bench.FailOn(static _ => null);
        _bench.Runtime.Configure = (decoder, device) =>
            decoder.BeforeDecode = batch =>
            {
                _bench.Clock.Advance(_timeOfToken[device.Name] * batch.TokenCount);
                return null;
            };
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Open_TakesTheFastestAndTellsTheSpeeds()
    {
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal(["NPU0", "GPU0", "CPU", "CPU"], _bench.Tried);
        Assert.Equal("CPU", model.Device);
        Assert.Empty(opened.Failed);
        Assert.Equal(
            "Measured, fastest first: CPU (fake processor) 500.0 prompt tokens/s, 500.0 tokens/s; "
                + "NPU0 (Fake Boost) 250.0 prompt tokens/s, 250.0 tokens/s; GPU0 (Fake Force) 111.1 prompt tokens/s, 111.1 tokens/s.",
            Assert.Single(opened.History).Reason
        );
        Assert.Equal(1, _bench.Runtime.LiveModels);
        Assert.Equal(0, _bench.Runtime.LastDecoder!.UsedTokens);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_LaterOn_MeasuresNothing(bool onDisk)
    {
        _bench.Services = _bench.Services with { StateDirectory = onDisk ? _bench.Folder : null };
        (await _bench.OpenAsync()).Model.Dispose();
        _bench.Tried.Clear();
        var opened = await _bench.OpenAsync();
        opened.Model.Dispose();

        Assert.Equal(["CPU"], _bench.Tried);
        Assert.StartsWith("Measured, fastest first: CPU", opened.History[0].Reason);
    }

    [Fact]
    public async Task Open_WithAnotherDriver_MeasuresThatDeviceAgain()
    {
        (await _bench.OpenAsync()).Model.Dispose();
        _bench.Tried.Clear();
        _bench.Runtime.Devices = [LoadBench.Npu, LoadBench.Gpu with { DriverVersion = "2.0" }, LoadBench.Cpu];
        _timeOfToken["GPU0"] = TimeSpan.FromMilliseconds(1);
        var opened = await _bench.OpenAsync();
        opened.Model.Dispose();

        Assert.Equal(["GPU0", "GPU0"], _bench.Tried);
    }

    [Fact]
    public async Task Open_WhereACandidateFails_TellsSoAndTakesTheFastestOfTheOthers()
    {
        _bench.FailOn(device => device == LoadBench.Cpu ? _bench.Refusal(device) : null);
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("NPU0", model.Device);
        Assert.Equal("CPU (fake processor)", Assert.Single(opened.Failed).Device);
        Assert.Contains(
            "NPU0 (Fake Boost) is tried next",
            Assert.Single(_bench.Log.Warnings),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Open_WhereADeviceLoadsAndCannotCompute_IsAFailureOfIt()
    {
        _bench.Runtime.Configure = (decoder, device) =>
            decoder.BeforeDecode = _ => device == LoadBench.Cpu ? null : DecodeStatus.Failed;
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        Assert.Equal(2, opened.Failed.Count);
        Assert.StartsWith("It cannot compute: Failed.", opened.Failed[0].Reason, StringComparison.Ordinal);
        Assert.Equal(1, _bench.Runtime.LiveModels);
    }

    [Fact]
    public async Task Open_OfAVerySlowDevice_IsBounded()
    {
        _timeOfToken["GPU0"] = TimeSpan.FromSeconds(3);
        var before = _bench.Clock.GetUtcNow();
        var opened = await _bench.OpenAsync();
        opened.Model.Dispose();

        // Warm-up, one part of the prompt and one token are the least; each part here is 64 tokens.
        Assert.InRange(_bench.Clock.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromSeconds(3 * (64 + 64 + 1) + 5));
        Assert.Equal(LoadBench.Cpu, opened.Placement!.Device);
    }

    [Fact]
    public async Task Open_CancelledWhileItMeasures_LeavesNothing()
    {
        using var source = new CancellationTokenSource();
        _bench.Runtime.Configure = (decoder, device) =>
            decoder.BeforeDecode = _ =>
            {
                if (device == LoadBench.Gpu)
                {
                    source.Cancel();
                }

                return null;
            };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.OpenAsync(source.Token));

        Assert.Equal(["NPU0", "GPU0"], _bench.Tried);
        Assert.Equal(0, _bench.Runtime.LiveModels);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"promptTokensPerSecond\":0,\"replyTokensPerSecond\":1}")]
    [InlineData("{\"version\":1,\"promptTokensPerSecond\":-1,\"replyTokensPerSecond\":1}")]
    [InlineData("{\"version\":9,\"promptTokensPerSecond\":1,\"replyTokensPerSecond\":1}")]
    public async Task Open_WithADamagedMemory_MeasuresAgain(string text)
    {
        (await _bench.OpenAsync()).Model.Dispose();
        Assert.Equal(3, Directory.GetFiles(_bench.Folder, "*.speed").Length);
        foreach (var file in Directory.GetFiles(_bench.Folder, "*.speed"))
        {
            File.WriteAllText(file, text);
        }

        _bench.Tried.Clear();
        (await _bench.OpenAsync()).Model.Dispose();
        Assert.Equal(["NPU0", "GPU0", "CPU", "CPU"], _bench.Tried);
    }

    /// <summary>Prompts count as well: a device that is slow with one token at a time may be faster with a page of text.</summary>
    [Fact]
    public void Score_WeighsPromptAndReply() =>
        Assert.True(new MeasuredSpeed(1000, 10).Score > new MeasuredSpeed(50, 100).Score);

    [Fact]
    public async Task Reopen_GoesToTheNextFastest()
    {
        var opener = _bench.Opener();
        (await opener.OpenAsync(null, TestContext.Current.CancellationToken)).Model.Dispose();
        using var model = (await opener.ReopenAsync("Lost.", TestContext.Current.CancellationToken)).Model;

        Assert.Equal("NPU0", model.Device);
    }
}
