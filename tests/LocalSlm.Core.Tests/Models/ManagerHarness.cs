using System.Collections.Concurrent;
using LocalSlm.Models;
using LocalSlm.Telemetry;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Models;

/// <summary>A manager whose loads end when a test says so, on a clock that a test moves.</summary>
internal sealed class ManagerHarness : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly List<FakeLoad> _loads = [];
    private long _available = long.MaxValue;

    public ManagerHarness(ModelLimits? limits = null)
    {
        Manager = new ModelManager(
            limits ?? new ModelLimits(),
            Clock,
            () => Volatile.Read(ref _available),
            NullLogger.Instance,
            Telemetry
        );
    }

    public ManualTime Clock { get; } = new();

    public LocalSlmTelemetry Telemetry { get; } = new();

    public ModelManager Manager { get; }

    /// <summary>Gets or sets whether loads end by themselves.</summary>
    public bool LoadsAtOnce { get; set; }

    public long AvailableMemory
    {
        set => Volatile.Write(ref _available, value);
    }

    /// <summary>Gets every model that was ever loaded.</summary>
    public ConcurrentQueue<FakeResident> Residents { get; } = [];

    public static ModelKey Key(string name) => new(ModelUse.Chat, name);

    /// <summary>Makes the definition of a model.</summary>
    public ModelDefinition Define(string name, TimeSpan? keepAlive = null, long bytes = 1, long? realBytes = null) =>
        new(Key(name), token => LoadAsync(name, realBytes ?? bytes, token))
        {
            KeepAlive = keepAlive ?? TimeSpan.FromMinutes(5),
            EstimateAsync = _ => Task.FromResult(bytes),
        };

    public void Add(string name, TimeSpan? keepAlive = null, long bytes = 1, long? realBytes = null) =>
        Manager.Add(Define(name, keepAlive, bytes, realBytes));

    public Task<ModelLease> LeaseAsync(string name, TimeSpan? keepAlive = null, CancellationToken token = default) =>
        Manager.LeaseAsync(Key(name), keepAlive, token).AsTask();

    /// <summary>Takes a lease and gives it back.</summary>
    public async Task UseAsync(string name, TimeSpan? keepAlive = null)
    {
        var leasing = LeaseAsync(name, keepAlive);
        if (!leasing.IsCompleted && !LoadsAtOnce)
        {
            (await LoadOfAsync(name)).Finish();
        }

        (await leasing.WaitAsync(Patience)).Dispose();
    }

    /// <summary>Gets the loads that are under way.</summary>
    public FakeLoad[] Loads()
    {
        lock (_gate)
        {
            return [.. _loads];
        }
    }

    /// <summary>Waits for the load of a model to begin.</summary>
    public async Task<FakeLoad> LoadOfAsync(string name)
    {
        await UntilAsync(() => Loads().Any(load => load.Name == name));
        return Loads().First(load => load.Name == name);
    }

    /// <summary>Gets a value indicating whether nothing goes on but loads that wait for the test.</summary>
    public bool IsSettled => Manager.RunningWork == Loads().Count(static load => !load.HasEnded);

    /// <summary>Gets the names of what is loaded.</summary>
    public string Loaded() => string.Join(",", Manager.List().Select(one => one.Name));

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var i = 0; !condition(); i++)
        {
            patience.Token.ThrowIfCancellationRequested();
            if (i < 100)
            {
                await Task.Yield();
            }
            else
            {
                await Task.Delay(1, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        LoadsAtOnce = true;
        foreach (var load in Loads())
        {
            load.Finish();
        }

        await Manager.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.All(Residents, resident => Assert.Equal(1, resident.Disposals));
        Telemetry.Dispose();
    }

    private async Task<IResidentModel> LoadAsync(string name, long bytes, CancellationToken token)
    {
        var load = new FakeLoad(name, token);
        if (LoadsAtOnce)
        {
            load.Finish();
        }

        lock (_gate)
        {
            _loads.Add(load);
        }

        try
        {
            await load.Ended;
            var resident = new FakeResident(bytes);
            Residents.Enqueue(resident);
            return resident;
        }
        finally
        {
            lock (_gate)
            {
                _loads.Remove(load);
            }
        }
    }
}
