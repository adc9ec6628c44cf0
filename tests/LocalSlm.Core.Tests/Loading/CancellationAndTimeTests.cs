using LocalSlm.Loading;

namespace LocalSlm.Tests.Loading;

public sealed class CancellationAndTimeTests : IDisposable
{
    private readonly LoadBench _bench = new();

    public CancellationAndTimeTests() => _bench.Runtime.Devices = [LoadBench.Gpu, LoadBench.Cpu];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Open_CancelledWhileADeviceLoads_LeavesNothing(int attempt)
    {
        // The load is given its time to end.
        _bench.Services = _bench.Services with
        {
            Clock = new ManualClock { SkipsUpTo = TimeSpan.Zero },
        };
        using var source = new CancellationTokenSource();
        var count = 0;
        _bench.Runtime.BeforeOpenOn = async (device, _, token) =>
        {
            if (++count == attempt)
            {
                await source.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            }

            throw _bench.Refusal(device);
        };
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.OpenAsync(source.Token));

        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(attempt, count);
        Assert.Equal(0, _bench.Runtime.LiveModels);
        Assert.Empty(Markers());
    }

    [Fact]
    public async Task Open_Cancelled_ReachesTheLoadOnTheCallersThread()
    {
        using var source = new CancellationTokenSource();
        var isTold = false;
        _bench.Runtime.BeforeOpenOn = (_, _, token) =>
        {
            source.Cancel();
            isTold = token.IsCancellationRequested;
            return Task.CompletedTask;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.OpenAsync(source.Token));

        Assert.True(isTold);
        Assert.Equal(0, _bench.Runtime.LiveModels);
    }

    [Fact]
    public async Task Open_CancelledWhileItWaitsToTryAgain_LeavesNothing()
    {
        using var source = new CancellationTokenSource();
        using var bench = new LoadBench();
        bench.Services = bench.Services with { Clock = new ManualClock { SkipsUpTo = TimeSpan.Zero } };
        bench.FailOn(device =>
        {
            source.CancelAfter(20);
            return new InsufficientMemoryException(2, 1, "x");
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.OpenAsync(source.Token));

        Assert.Equal(["NPU0"], bench.Tried);
        Assert.Equal(0, bench.Runtime.LiveModels);
    }

    [Fact]
    public async Task Open_CancelledBefore_DoesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _bench.OpenAsync(new CancellationToken(canceled: true))
        );
        Assert.Equal(0, _bench.Runtime.OpenedModels);
    }

    /// <summary>Native code that does not look at the token: the caller goes on, and what comes back later is freed.</summary>
    [Fact]
    public async Task Open_CancelledWhileADeviceHangs_EndsAndFreesItLater()
    {
        using var source = new CancellationTokenSource();
        var hang = new TaskCompletionSource();
        _bench.Runtime.BeforeOpenOn = (_, _, _) => hang.Task;
        var loading = _bench.OpenAsync(source.Token);
        await WaitForAsync(() => Markers().Length == 1);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading);

        Assert.Single(Markers());
        Assert.Contains(_bench.Log.Warnings, static line => line.Contains("left behind", StringComparison.Ordinal));
        hang.SetResult();
        await WaitForAsync(() => Markers().Length == 0 && _bench.Runtime.LiveModels == 0);
    }

    [Fact]
    public async Task Open_OnADeviceThatHangs_GoesToTheNextInTime()
    {
        var hang = new TaskCompletionSource();
        var hangs = true;
        _bench.Options.LoadTimeout = TimeSpan.FromMinutes(1);
        _bench.Runtime.BeforeOpenOn = (device, _, _) =>
            device == LoadBench.Gpu && hangs ? hang.Task : Task.CompletedTask;
        var loading = _bench.OpenAsync();
        await WaitForAsync(() => _bench.Clock.Timers > 0);
        _bench.Clock.Advance(TimeSpan.FromMinutes(1));
        var opened = await loading;
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        Assert.StartsWith("The load took longer than LoadTimeout, 60 s", Assert.Single(opened.Failed).Reason);
        Assert.Equal(1, _bench.Runtime.LiveModels);
        hangs = false;
        hang.SetResult();
        await WaitForAsync(() => _bench.Runtime.OpenedModels == 1 && Markers().Length == 0);
        Assert.Equal(1, _bench.Runtime.LiveModels);
    }

    [Fact]
    public async Task Open_WithProgress_IsNotGivenUp()
    {
        var steps = new TaskCompletionSource[] { new(), new(), new() };
        var began = 0;
        var report = new Progress();
        var watch = new LoadWatch(null, _bench.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var loading = watch.RunAsync(
            async (progress, _) =>
            {
                foreach (var step in steps)
                {
                    Interlocked.Increment(ref began);
                    await step.Task;
                    progress.Report(new ModelLoadProgress(ModelLoadStage.LoadingWeights, 0.1));
                }

                return report;
            },
            report,
            TestContext.Current.CancellationToken
        );
        for (var i = 0; i < steps.Length; i++)
        {
            await WaitForAsync(() => Volatile.Read(ref began) == i + 1);
            _bench.Clock.Advance(LoadWatch.DefaultLimit - TimeSpan.FromSeconds(1));
            steps[i].SetResult();
        }

        Assert.Same(report, await loading);
        Assert.Equal(3, report.Count);
    }

    [Fact]
    public async Task Open_WithoutProgress_IsGivenUp()
    {
        var hang = new TaskCompletionSource<Progress>();
        var watch = new LoadWatch(null, _bench.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var loading = watch.RunAsync((_, _) => hang.Task, null, TestContext.Current.CancellationToken);
        _bench.Clock.Advance(LoadWatch.DefaultLimit);
        await Assert.ThrowsAsync<TimeoutException>(() => loading);

        var late = new Progress();
        hang.SetResult(late);
        await WaitForAsync(() => late.IsDisposed);
    }

    private string[] Markers() => Directory.Exists(_bench.Folder) ? Directory.GetFiles(_bench.Folder, "*.loading") : [];

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 1000, "It did not happen within 10 s.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Progress : IProgress<ModelLoadProgress>, IDisposable
    {
        public int Count { get; private set; }

        public volatile bool IsDisposed;

        public void Report(ModelLoadProgress value) => Count++;

        public void Dispose() => IsDisposed = true;
    }
}
