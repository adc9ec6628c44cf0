using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Models;

/// <summary>Loads models when they are wanted, keeps them while they are used, and unloads them when they are not, or when others need
/// their place.</summary>
/// <remarks>
/// Safe for concurrent use. One lock guards all state; loads and disposals run outside of it. A lease of a loaded model takes the lock
/// for some tens of nanoseconds and allocates nothing.
/// <para>A load lives as long as somebody waits for it, a request or a preload: one that nobody wants any more would take memory and
/// disk from those that are wanted.</para>
/// </remarks>
internal sealed partial class ModelManager : IModelWork, IDisposable, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ModelTable _table;
    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly Func<long> _availableMemory;
    private readonly ILogger _logger;
    private readonly ModelTelemetry _telemetry;
    private readonly ModelTimers _timers;

    /// <param name="limits">What all models together may take.</param>
    /// <param name="clock">The clock of everything.</param>
    /// <param name="availableMemory">Tells the system's available memory, in bytes.</param>
    /// <param name="logger">Where messages go.</param>
    /// <param name="telemetry">Where measurements go.</param>
    public ModelManager(
        ModelLimits limits,
        TimeProvider clock,
        Func<long> availableMemory,
        ILogger logger,
        LocalSlmTelemetry telemetry
    )
    {
        _table = new ModelTable(this);
        _table.Residents.Limits = limits;
        _clock = clock;
        _origin = clock.GetTimestamp();
        _availableMemory = availableMemory;
        _logger = logger;
        _timers = new ModelTimers(clock, OnExpiry, OnPressureCheck);
        _telemetry = telemetry.AddModels(List, () => _table.Queue.Waiting);
    }

    private long Now => _clock.GetElapsedTime(_origin).Ticks;

    /// <summary>Registers a model.</summary>
    /// <exception cref="InvalidOperationException">It is there already.</exception>
    public void Add(ModelDefinition definition)
    {
        lock (_gate)
        {
            _table.Add(definition);
        }
    }

    /// <summary>Changes how a model is loaded. One that is loaded is loaded again as soon as it is idle.</summary>
    public void Change(ModelDefinition definition)
    {
        lock (_gate)
        {
            _table.Change(definition, reloads: true);
        }

        Pump();
    }

    /// <summary>Changes how long a model stays after its last request, unless a request has said so.</summary>
    public void SetKeepAlive(ModelKey key, TimeSpan keepAlive)
    {
        lock (_gate)
        {
            if (_table.Find(key) is { } entry)
            {
                _table.Change(entry.Definition with { KeepAlive = keepAlive }, reloads: false);
            }
        }

        Pump();
    }

    /// <summary>Removes a model. Requests that came before are served; it goes with the last of them.</summary>
    public void Remove(ModelKey key)
    {
        lock (_gate)
        {
            _table.Remove(key);
        }

        Pump();
    }

    /// <summary>Changes what all models together may take. What is in use stays until it is idle.</summary>
    public void SetLimits(ModelLimits limits)
    {
        lock (_gate)
        {
            _table.Residents.Limits = limits;
        }

        Pump();
    }

    /// <summary>Takes a lease of a model, loaded if need be.</summary>
    /// <param name="key">The model.</param>
    /// <param name="keepAlive">How long it stays after this request, and after later ones that do not say; <see langword="null"/> for
    /// as before.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The lease. Await it, and dispose it once.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="ModelBusyException">Too many wait.</exception>
    /// <exception cref="ModelUnloadedException">The manager was disposed.</exception>
    public ValueTask<ModelLease> LeaseAsync(ModelKey key, TimeSpan? keepAlive, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ModelLease>(cancellationToken);
        }

        LeaseWaiter waiter;
        lock (_gate)
        {
            var entry = _table.Get(key);
            if (entry.Current is { GivesWay: false } current && !_table.RetireBroken(current))
            {
                ResidentModels.Take(current, keepAlive, Now);
                return new(new ModelLease(this, current, counts: true));
            }

            waiter = _table.Queue.Join(entry, wantsLease: true, keepAlive, _table.Residents.Limits.MaxWaitingRequests);
        }

        Pump();
        return new(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Takes a lease of a model if it is loaded, for a look that counts as no use.</summary>
    /// <returns>Whether it is loaded.</returns>
    public bool TryLook(ModelKey key, out ModelLease lease)
    {
        lock (_gate)
        {
            if (!_table.IsClosed && _table.Find(key)?.Current is { } current)
            {
                current.Enter(Now);
                lease = new ModelLease(this, current, counts: false);
                return true;
            }
        }

        lease = default;
        return false;
    }

    /// <summary>Gets a model if it is loaded and takes requests, without a lease: it may go at any time.</summary>
    public IResidentModel? Peek(ModelKey key)
    {
        lock (_gate)
        {
            return _table.Find(key)?.Current?.Model;
        }
    }

    /// <summary>Loads a model if it is not loaded, and counts as a use.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="ModelBusyException">Too many wait.</exception>
    /// <exception cref="ModelUnloadedException">The manager was disposed.</exception>
    public async Task PreloadAsync(ModelKey key, TimeSpan? keepAlive, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LeaseWaiter? waiter = null;
        lock (_gate)
        {
            var entry = _table.Get(key);
            if (entry.Current is { } current && !_table.RetireBroken(current))
            {
                ResidentModels.Touch(current, keepAlive, Now);
            }
            else
            {
                waiter = _table.Queue.Join(
                    entry,
                    wantsLease: false,
                    keepAlive,
                    _table.Residents.Limits.MaxWaitingRequests
                );
            }
        }

        Pump();
        if (waiter is not null)
        {
            await WaitAsync(waiter, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Unloads a model. Requests that come later load it again.</summary>
    /// <param name="key">The model.</param>
    /// <param name="atOnce">Whether requests that use it, or wait for it, end with <see cref="ModelUnloadedException"/>; else it goes
    /// with the last of them, and later ones wait.</param>
    /// <param name="cancellationToken">Ends the waiting; the model goes all the same.</param>
    /// <returns>A task that ends when nothing of it is left.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    public async Task UnloadAsync(ModelKey key, bool atOnce, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var entry = _table.Get(key);
            if (entry.Load is { } load)
            {
                if (atOnce || !load.IsWanted)
                {
                    _table.Abandon(load, new ModelUnloadedException(key.Name));
                }
                else if (load.Definition is not null)
                {
                    load.LeavesAfterwards ??= UnloadReason.Requested;
                }
            }

            foreach (var one in _table.Residents.All)
            {
                if (one.Entry == entry)
                {
                    _table.Residents.Retire(one, UnloadReason.Requested, atOnce);
                }
            }
        }

        Pump();
        while (FindDeparture(key) is { } departure)
        {
            await departure.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lists what is loaded, in the order of loading.</summary>
    public IReadOnlyList<LoadedModelStatus> List()
    {
        lock (_gate)
        {
            var now = Now;
            var today = _clock.GetUtcNow();
            return
            [
                .. _table
                    .Residents.All.Where(static one => !one.IsDisposing || one.Leases > 0)
                    .Select(one => one.ToStatus(now, today)),
            ];
        }
    }

    /// <summary>Gets the main memory that models hold and that the system counts as available all the same, in bytes.</summary>
    public long GetMappedBytes()
    {
        lock (_gate)
        {
            return _table.Residents.MappedBytes;
        }
    }

    /// <summary>Tells how every registered model is.</summary>
    public IReadOnlyList<RegisteredModelState> GetStates()
    {
        lock (_gate)
        {
            return
            [
                .. _table.Entries.Select(static one => new RegisteredModelState(
                    one.Key,
                    one.Current?.Model,
                    one.Load is not null,
                    one.LoadError
                )),
            ];
        }
    }

    /// <summary>Gives a lease back.</summary>
    internal void Release(Residency residency, bool counts)
    {
        var isPumpWanted = false;
        lock (_gate)
        {
            residency.Exit();
            var now = Now;
            if (counts)
            {
                residency.LastUsed = now;
            }

            if (residency.IsIdle)
            {
                isPumpWanted = _table.BecomeIdle(residency, now);
                _timers.Arm(residency.Expires, now);
            }
        }

        if (isPumpWanted)
        {
            Pump();
        }
    }

    private async Task<ModelLease> WaitAsync(LeaseWaiter waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (manager, waiter) = ((ModelManager, LeaseWaiter))state!;
                manager.Leave(waiter, token);
            },
            (this, waiter)
        );
        return await waiter.Task.ConfigureAwait(false);
    }

    private void Leave(LeaseWaiter waiter, CancellationToken token)
    {
        bool hasLeft;
        lock (_gate)
        {
            hasLeft = _table.Queue.Leave(waiter, token);
        }

        if (hasLeft)
        {
            Pump();
        }
    }

    private Task? FindDeparture(ModelKey key)
    {
        lock (_gate)
        {
            return _table.Residents.All.FirstOrDefault(one => one.IsDeparting && one.Entry.Key == key)?.Gone
                ?? _table
                    .Residents.Running.FirstOrDefault(one =>
                        one.Entry.Key == key && (one.IsAbandoned || one.LeavesAfterwards is not null)
                    )
                    ?.Ended;
        }
    }
}
