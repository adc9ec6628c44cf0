using LocalSlm.Models;

namespace LocalSlm.Tests.Models;

public sealed class ModelManagerTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task KeepAlive_AfterTheLastRequest_EndsAtItsExactTime()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a", 10 * s_second);
        using (await harness.LeaseAsync("a"))
        {
            using var second = await harness.LeaseAsync("a");
            harness.Clock.Advance(TimeSpan.FromHours(1));
            Assert.Null(harness.Manager.List()[0].ExpiresAt);
            Assert.Equal(2, harness.Manager.List()[0].ActiveRequests);
        }

        var status = Assert.Single(harness.Manager.List());
        Assert.Equal(harness.Clock.GetUtcNow() + (10 * s_second), status.ExpiresAt);
        Assert.Equal((harness.Clock.GetUtcNow(), 0), (status.LastUsedAt, status.ActiveRequests));
        harness.Clock.Advance((10 * s_second) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("a", harness.Loaded());
        harness.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("", harness.Loaded());
    }

    [Fact]
    public async Task KeepAlive_OfARequest_WinsUntilALaterOneSaysOtherwise()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a", 10 * s_second);
        await harness.UseAsync("a", 60 * s_second);
        await harness.UseAsync("a");
        harness.Clock.Advance(59 * s_second);
        Assert.Equal("a", harness.Loaded());

        await harness.UseAsync("a", Timeout.InfiniteTimeSpan);
        harness.Clock.Advance(TimeSpan.FromDays(100));
        Assert.Equal("a", harness.Loaded());

        await harness.UseAsync("a", TimeSpan.Zero);
        Assert.Equal("", harness.Loaded());

        // A model that is loaded anew starts from its options again.
        await harness.UseAsync("a");
        harness.Clock.Advance(10 * s_second);
        Assert.Equal("", harness.Loaded());
    }

    [Fact]
    public async Task KeepAlive_LongerThanTimersTake_IsKept()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a", TimeSpan.FromDays(80));
        await harness.UseAsync("a");

        harness.Clock.Advance(TimeSpan.FromDays(80) - s_second);
        Assert.Equal("a", harness.Loaded());
        harness.Clock.Advance(s_second);
        Assert.Equal("", harness.Loaded());
    }

    [Fact]
    public async Task Lease_WhileAnotherOneIsLooking_LookCountsAsNoUse()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a", 10 * s_second);
        await harness.UseAsync("a");
        harness.Clock.Advance(9 * s_second);

        Assert.True(harness.Manager.TryLook(ManagerHarness.Key("a"), out var look));
        harness.Clock.Advance(5 * s_second);
        Assert.Equal("a", harness.Loaded());
        look.Dispose();

        Assert.Equal("", harness.Loaded());
    }

    [Fact]
    public async Task Lease_SeveralWaiters_ShareOneLoadAndEachMayLeave()
    {
        await using var harness = new ManagerHarness();
        harness.Add("a");
        using var impatient = new CancellationTokenSource();
        var first = harness.LeaseAsync("a", token: impatient.Token);
        var load = await harness.LoadOfAsync("a");
        var second = harness.LeaseAsync("a");

        await impatient.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(impatient.Token, error.CancellationToken);
        Assert.False(load.IsCancelled);
        load.Finish();

        (await second.WaitAsync(ManagerHarness.Patience)).Dispose();
        Assert.Single(harness.Residents);
    }

    [Fact]
    public async Task Lease_EveryWaiterLeft_LoadEndsUnlessAPreloadWantsIt()
    {
        await using var harness = new ManagerHarness();
        harness.Add("a");
        harness.Add("b");
        using var impatient = new CancellationTokenSource();
        var lease = harness.LeaseAsync("a", token: impatient.Token);
        var wanted = harness.LeaseAsync("b", token: impatient.Token);
        var preload = harness.Manager.PreloadAsync(ManagerHarness.Key("b"), null, CancellationToken.None);
        var (a, b) = (await harness.LoadOfAsync("a"), await harness.LoadOfAsync("b"));

        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lease);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wanted);
        await ManagerHarness.UntilAsync(() => a.IsCancelled);
        Assert.False(b.IsCancelled);
        b.Finish();
        await preload.WaitAsync(ManagerHarness.Patience);
        Assert.Equal("b", harness.Loaded());
    }

    [Fact]
    public async Task Lease_WhileACancelledLoadStillRuns_LoadsAgain()
    {
        await using var harness = new ManagerHarness();
        harness.Add("a");
        using var impatient = new CancellationTokenSource();
        var first = harness.LeaseAsync("a", token: impatient.Token);
        var slow = await harness.LoadOfAsync("a");
        slow.IsDeaf = true;
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var second = harness.LeaseAsync("a");
        slow.IsDeaf = false;
        Assert.Equal([slow], harness.Loads());
        slow.Fail();

        // A deaf load that fails does so for whoever waits now; the next caller tries again.
        await Assert.ThrowsAsync<ModelLoadException>(() => second);
        await harness.UseAsync("a");
    }

    [Fact]
    public async Task Lease_FailedLoad_GoesToEveryWaiterAndTheNextTriesAgain()
    {
        await using var harness = new ManagerHarness();
        harness.Add("a");
        var waiters = Enumerable.Range(0, 3).Select(_ => harness.LeaseAsync("a")).ToList();
        (await harness.LoadOfAsync("a")).Fail();

        foreach (var waiter in waiters)
        {
            await Assert.ThrowsAsync<ModelLoadException>(() => waiter);
        }

        await harness.UseAsync("a");
    }

    [Fact]
    public async Task MaxLoadedModels_AnotherIsWanted_LeastRecentlyUsedGoes()
    {
        await using var harness = new ManagerHarness(new() { MaxLoadedModels = 2 }) { LoadsAtOnce = true };
        harness.Add("a");
        harness.Add("b");
        harness.Add("c");
        await harness.UseAsync("a");
        harness.Clock.Advance(s_second);
        await harness.UseAsync("b");
        harness.Clock.Advance(s_second);
        await harness.UseAsync("a");
        harness.Clock.Advance(s_second);

        await harness.UseAsync("c");

        Assert.Equal("a,c", harness.Loaded());
    }

    [Fact]
    public async Task MaxLoadedModels_AllAreInUse_NewOneWaitsAndIsNotStarved()
    {
        await using var harness = new ManagerHarness(new() { MaxLoadedModels = 1 }) { LoadsAtOnce = true };
        harness.Add("a");
        harness.Add("b");
        var running = await harness.LeaseAsync("a");
        var b = harness.LeaseAsync("b");

        // Requests that come later for the model in use queue up behind: else it would never be idle.
        var later = harness.LeaseAsync("a");
        Assert.False(b.IsCompleted || later.IsCompleted);
        running.Dispose();

        var second = await b.WaitAsync(ManagerHarness.Patience);
        Assert.False(later.IsCompleted);
        second.Dispose();
        (await later.WaitAsync(ManagerHarness.Patience)).Dispose();
        Assert.Equal(3, harness.Residents.Count);
    }

    [Fact]
    public async Task MaxLoadedModels_WhoeverWaitedLeaves_QueueBehindItIsServedAtOnce()
    {
        await using var harness = new ManagerHarness(new() { MaxLoadedModels = 1 }) { LoadsAtOnce = true };
        harness.Add("a");
        harness.Add("b");
        using var running = await harness.LeaseAsync("a");
        using var impatient = new CancellationTokenSource();
        var b = harness.LeaseAsync("b", token: impatient.Token);
        var later = harness.LeaseAsync("a");
        Assert.False(later.IsCompleted);

        await impatient.CancelAsync();

        (await later.WaitAsync(ManagerHarness.Patience)).Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => b);
        Assert.Single(harness.Residents);
    }

    [Fact]
    public async Task MaxWaitingRequests_OneMore_IsRefusedWithATypedError()
    {
        await using var harness = new ManagerHarness(new() { MaxWaitingRequests = 2 });
        harness.Add("a");
        var first = harness.LeaseAsync("a");
        var second = harness.LeaseAsync("a");

        var error = await Assert.ThrowsAsync<ModelBusyException>(() => harness.LeaseAsync("a"));

        Assert.Equal("a", error.Model);
        Assert.Contains("MaxWaitingRequests", error.Message, StringComparison.Ordinal);
        (await harness.LoadOfAsync("a")).Finish();
        (await first.WaitAsync(ManagerHarness.Patience)).Dispose();
        (await second.WaitAsync(ManagerHarness.Patience)).Dispose();
    }

    [Fact]
    public async Task MemoryBudget_NextModelDoesNotFit_OnlyAsManyGoAsMust()
    {
        await using var harness = new ManagerHarness(new() { MemoryBudgetBytes = 10 }) { LoadsAtOnce = true };
        harness.Add("a", bytes: 4);
        harness.Add("b", bytes: 4);
        harness.Add("c", bytes: 5);
        harness.Add("huge", bytes: 11);
        harness.Add("liar", bytes: 1, realBytes: 11);
        foreach (var name in new[] { "a", "b", "c" })
        {
            await harness.UseAsync(name);
            harness.Clock.Advance(s_second);
        }

        Assert.Equal("b,c", harness.Loaded());
        var error = await Assert.ThrowsAsync<InsufficientMemoryException>(() => harness.LeaseAsync("huge"));
        Assert.Equal((11, 10), (error.RequiredBytes, error.AvailableBytes));
        Assert.Equal("b,c", harness.Loaded());

        // What turns out larger than the whole budget is not served either, and is known from then on.
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => harness.LeaseAsync("liar"));
        await ManagerHarness.UntilAsync(() => harness.Residents.Last().Disposals == 1);
        var loads = harness.Residents.Count;
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => harness.LeaseAsync("liar"));
        Assert.Equal(loads, harness.Residents.Count);
    }

    [Fact]
    public async Task LowMemory_WhileModelsAreIdle_OldestGoesFirstAndUsedOnesStay()
    {
        await using var harness = new ManagerHarness(new() { LowMemoryBytes = 100 }) { LoadsAtOnce = true };
        foreach (var name in new[] { "a", "b", "c" })
        {
            harness.Add(name);
            await harness.UseAsync(name);
            harness.Clock.Advance(s_second);
        }

        using var lease = await harness.LeaseAsync("b");
        harness.AvailableMemory = 99;
        harness.Clock.Advance(5 * s_second);

        await ManagerHarness.UntilAsync(() => harness.Loaded() == "b");
        harness.AvailableMemory = 100;
        await harness.UseAsync("a");
        harness.Clock.Advance(60 * s_second);
        Assert.Equal("b", harness.Loaded()[..1]);
    }

    [Fact]
    public async Task LowMemory_BeforeALoad_IdleModelsGoFirst()
    {
        await using var harness = new ManagerHarness(new() { LowMemoryBytes = 100 }) { LoadsAtOnce = true };
        harness.Add("a");
        harness.Add("b", bytes: 50);
        await harness.UseAsync("a");
        harness.AvailableMemory = 149;

        await harness.UseAsync("b");

        Assert.Equal("b", harness.Loaded());
    }

    [Fact]
    public async Task Unload_InUse_WaitsForTheLastRequestAndLaterOnesLoadAgain()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a");
        var running = await harness.LeaseAsync("a");
        var unload = harness.Manager.UnloadAsync(ManagerHarness.Key("a"), false, CancellationToken.None);
        var later = harness.LeaseAsync("a");

        Assert.True(Assert.Single(harness.Manager.List()).IsLeaving);
        Assert.False(unload.IsCompleted || later.IsCompleted);
        running.Dispose();

        await unload.WaitAsync(ManagerHarness.Patience);
        (await later.WaitAsync(ManagerHarness.Patience)).Dispose();
        Assert.Equal(2, harness.Residents.Count);
    }

    [Fact]
    public async Task Unload_AtOnce_DisposesUnderARequestAndEndsWaiters()
    {
        await using var harness = new ManagerHarness();
        harness.Add("a");
        harness.Add("b");
        await harness.UseAsync("a");
        var running = await harness.LeaseAsync("a");
        var loading = harness.LeaseAsync("b");
        var load = await harness.LoadOfAsync("b");

        await harness.Manager.UnloadAsync(ManagerHarness.Key("a"), true, CancellationToken.None);
        await harness.Manager.UnloadAsync(ManagerHarness.Key("b"), true, CancellationToken.None);

        Assert.Equal(1, harness.Residents.Single().Disposals);
        await Assert.ThrowsAsync<ModelUnloadedException>(() => loading);
        Assert.True(load.IsCancelled);
        running.Dispose();
        await harness.UseAsync("a");
    }

    [Fact]
    public async Task Change_WhileInUse_IsLoadedAgainWhenIdle()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a");
        var running = await harness.LeaseAsync("a");

        harness.Manager.Change(harness.Define("a", bytes: 7));
        using (var still = await harness.LeaseAsync("a"))
        {
            Assert.Equal(1, still.Model.MemoryBytes);
        }

        running.Dispose();
        await ManagerHarness.UntilAsync(() => harness.Manager.List() is [{ MemoryBytes: 7 }]);
        Assert.Equal([1, 0], harness.Residents.Select(one => one.Disposals));
    }

    [Fact]
    public async Task Remove_WhileInUse_GoesWithItsLastRequest()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a");
        var running = await harness.LeaseAsync("a");

        harness.Manager.Remove(ManagerHarness.Key("a"));

        await Assert.ThrowsAsync<ModelNotFoundException>(() => harness.LeaseAsync("a"));
        Assert.Equal("a", harness.Loaded());
        running.Dispose();
        await ManagerHarness.UntilAsync(() => harness.Residents.Single().Disposals == 1);
        harness.Add("a");
        await harness.UseAsync("a");
    }

    [Fact]
    public async Task Stop_RequestsRun_TheyGetTheGracePeriodAndNoMore()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("quick");
        harness.Add("slow");
        var quick = await harness.LeaseAsync("quick");
        using var slow = await harness.LeaseAsync("slow");

        var stop = harness.Manager.StopAsync(5 * s_second, CancellationToken.None);
        await Assert.ThrowsAsync<ModelUnloadedException>(() => harness.LeaseAsync("quick"));
        quick.Dispose();
        await ManagerHarness.UntilAsync(() => harness.Residents.First().Disposals == 1);
        harness.Clock.Advance(5 * s_second - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, harness.Residents.Last().Disposals);
        Assert.False(stop.IsCompleted);
        harness.Clock.Advance(TimeSpan.FromMilliseconds(1));

        await stop.WaitAsync(ManagerHarness.Patience);
        Assert.Equal(1, harness.Residents.Last().Disposals);
    }

    [Fact]
    public async Task Preload_WithKeepAliveZero_StaysForItsFirstRequest()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a", TimeSpan.Zero);

        await harness.Manager.PreloadAsync(ManagerHarness.Key("a"), null, CancellationToken.None);
        harness.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("a", harness.Loaded());
        await harness.UseAsync("a");
        Assert.Equal("", harness.Loaded());
    }

    [Fact]
    public async Task LeaseAsync_LoadedModel_AllocatesNothing()
    {
        await using var harness = new ManagerHarness { LoadsAtOnce = true };
        harness.Add("a");
        await harness.UseAsync("a");
        var key = ManagerHarness.Key("a");
        Use(harness.Manager, key, 100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Use(harness.Manager, key, 1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Use(ModelManager manager, ModelKey key, int times)
        {
            for (var i = 0; i < times; i++)
            {
                var leasing = manager.LeaseAsync(key, null, CancellationToken.None);
                Assert.True(leasing.IsCompletedSuccessfully);
                leasing.GetAwaiter().GetResult().Dispose();
            }
        }
    }
}
