using LocalSlm.Models;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Models;

/// <summary>Many threads at once on the real clock: no model is disposed under a lease, nobody is forgotten, limits hold.</summary>
public sealed class ModelManagerStressTests
{
    [Fact]
    public async Task Manager_ManyThreads_KeepsItsPromises()
    {
        const int MaxLoaded = 2;
        var live = 0;
        var most = 0;
        using var telemetry = new LocalSlmTelemetry();
        var manager = new ModelManager(
            new() { MaxLoadedModels = MaxLoaded, MaxWaitingRequests = 1000 },
            TimeProvider.System,
            () => long.MaxValue,
            NullLogger.Instance,
            telemetry
        );
        string[] names = ["a", "b", "c", "d"];
        foreach (var name in names)
        {
            manager.Add(
                new ModelDefinition(ManagerHarness.Key(name), LoadAsync) { KeepAlive = TimeSpan.FromMilliseconds(1) }
            );
        }

        var users = Enumerable.Range(0, 16).Select(user => UseAsync(new Random(user)));
        await Task.WhenAll(users).WaitAsync(TimeSpan.FromSeconds(60));
        await manager.DisposeAsync().AsTask().WaitAsync(ManagerHarness.Patience);

        Assert.Equal(0, live);
        Assert.InRange(most, 1, MaxLoaded);

        async Task<IResidentModel> LoadAsync(CancellationToken token)
        {
            // Counted before the model is there and until it is gone: what the limit is about.
            var count = Interlocked.Increment(ref live);
            InterlockedMax(ref most, count);
            try
            {
                await Task.Yield();
                token.ThrowIfCancellationRequested();
                return Random.Shared.Next(10) == 0
                    ? throw new ModelLoadException("x", "no luck.")
                    : new Guarded(() => Interlocked.Decrement(ref live));
            }
            catch
            {
                Interlocked.Decrement(ref live);
                throw;
            }
        }

        async Task UseAsync(Random random)
        {
            for (var turn = 0; turn < 400; turn++)
            {
                var key = ManagerHarness.Key(names[random.Next(names.Length)]);
                using var source = new CancellationTokenSource();
                try
                {
                    switch (random.Next(12))
                    {
                        case 0:
                            await manager.UnloadAsync(key, false, CancellationToken.None);
                            break;
                        case 1:
                            await manager.PreloadAsync(key, null, CancellationToken.None);
                            break;
                        case 2:
                            var leaving = manager.LeaseAsync(key, TimeSpan.Zero, source.Token);
                            await source.CancelAsync();
                            (await leaving).Dispose();
                            break;
                        default:
                            using (var lease = await manager.LeaseAsync(key, null, source.Token))
                            {
                                var model = (Guarded)lease.Model;
                                Assert.False(model.IsDisposed);
                                await Task.Yield();
                                Assert.False(model.IsDisposed);
                            }

                            break;
                    }
                }
                catch (ModelLoadException) { }
                catch (OperationCanceledException error) when (error.CancellationToken == source.Token) { }
            }
        }
    }

    private static void InterlockedMax(ref int place, int value)
    {
        for (var seen = Volatile.Read(ref place); seen < value; )
        {
            var before = Interlocked.CompareExchange(ref place, value, seen);
            seen = before == seen ? value : before;
        }
    }

    private sealed class Guarded(Action onDisposed) : IResidentModel
    {
        private int _disposals;

        public bool IsDisposed => Volatile.Read(ref _disposals) != 0;

        public string Device => "CPU";

        public long MemoryBytes => 1;

        public long WeightBytes => 1;

        public void Dispose()
        {
            Assert.Equal(1, Interlocked.Increment(ref _disposals));
            onDisposed();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
