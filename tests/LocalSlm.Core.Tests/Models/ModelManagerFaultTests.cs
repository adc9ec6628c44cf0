using System.Diagnostics.Metrics;
using LocalSlm.Models;
using LocalSlm.Telemetry;

namespace LocalSlm.Tests.Models;

/// <summary>Models that break while they are loaded, and memory that the system takes for free.</summary>
public sealed class ModelManagerFaultTests
{
    [Fact]
    public async Task Lease_OfABrokenModelInUse_WaitsForItsLastRequestAndANewOne()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a");
        var first = await harness.LeaseAsync("a");
        var broken = Assert.Single(harness.Residents);
        broken.Fault = new InvalidOperationException("gone");

        var second = harness.LeaseAsync("a");
        Assert.False(second.IsCompleted);
        first.Dispose();

        using var lease = await second.WaitAsync(ManagerHarness.Patience);
        Assert.NotSame(broken, lease.Model);
        await ManagerHarness.UntilAsync(() => broken.Disposals == 1);
    }

    [Fact]
    public async Task Release_OfABrokenModel_UnloadsItWhateverItsKeepAlive()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a", Timeout.InfiniteTimeSpan);
        var lease = await harness.LeaseAsync("a");
        harness.Residents.First().Fault = new InvalidOperationException("gone");

        lease.Dispose();

        Assert.Equal("", harness.Loaded());
        Assert.Null(harness.Manager.GetStates()[0].LoadError);
    }

    [Fact]
    public async Task Change_AfterAFailedLoad_ForgetsTheError()
    {
        await using var harness = new ManagerHarness();
        harness.Manager.Add(
            harness.Define("a") with
            {
                LoadAsync = _ => Task.FromException<IResidentModel>(new InvalidOperationException("no")),
            }
        );
        await Assert.ThrowsAsync<InvalidOperationException>(() => harness.LeaseAsync("a"));
        Assert.NotNull(harness.Manager.GetStates()[0].LoadError);

        harness.Manager.Change(harness.Define("a"));

        Assert.Null(harness.Manager.GetStates()[0].LoadError);
    }

    [Theory]
    [InlineData(0, "a,b")]
    [InlineData(60, "b")]
    public async Task Load_BesideMappedWeights_LeavesThemTheirRoom(long mapped, string loaded)
    {
        await using var harness = new ManagerHarness(new ModelLimits { LowMemoryBytes = 10 })
        {
            LoadsAtOnce = true,
            AvailableMemory = 100,
        };
        harness.Add("a", bytes: 60);
        harness.Add("b", bytes: 40);
        await harness.UseAsync("a");
        harness.Residents.First().MappedBytes = mapped;
        Assert.Equal(mapped, harness.Manager.GetMappedBytes());

        await harness.UseAsync("b");

        Assert.Equal(loaded, harness.Loaded());
    }

    [Fact]
    public async Task LoadAndUnload_WithAListenerThatThrows_EndAllTheSame()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument == harness.Telemetry.Unloads || instrument == harness.Telemetry.Loads)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            static (_, _, _, _) => throw new InvalidOperationException("A listener's fault.")
        );
        listener.Start();
        harness.Add("a");

        await harness.UseAsync("a");
        await harness.Manager.StopAsync(TimeSpan.Zero, CancellationToken.None).WaitAsync(ManagerHarness.Patience);

        Assert.Equal(1, Assert.Single(harness.Residents).Disposals);
    }

    [Fact]
    public void NameOf_EveryReason_IsItsNameInLowerCase() =>
        Assert.All(
            Enum.GetValues<UnloadReason>(),
            static reason => Assert.Equal(reason.ToString().ToLowerInvariant(), ModelTelemetry.NameOf(reason))
        );
}
