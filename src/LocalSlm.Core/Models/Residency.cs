namespace LocalSlm.Models;

/// <summary>One loaded model from its load to the end of its disposal. Guarded by its manager's lock.</summary>
/// <param name="entry">What it was loaded for.</param>
/// <param name="model">The model.</param>
/// <param name="estimatedBytes">What it was estimated to take.</param>
/// <param name="loadedAt">When it was loaded.</param>
internal sealed class Residency(ModelEntry entry, IResidentModel model, long estimatedBytes, DateTimeOffset loadedAt)
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ModelEntry Entry => entry;

    public IResidentModel Model => model;

    public DateTimeOffset LoadedAt => loadedAt;

    /// <summary>Gets the bytes that it takes: as its runtime tells, else as estimated, else its weights alone.</summary>
    public long Bytes =>
        model.MemoryBytes is > 0 and var bytes ? bytes
        : estimatedBytes > 0 ? estimatedBytes
        : model.WeightBytes;

    /// <summary>Gets the requests that use it.</summary>
    public int Leases { get; private set; }

    /// <summary>Gets the manager's time since when requests use it without a pause, in ticks.</summary>
    public long BusySince { get; private set; }

    /// <summary>Gets or sets the manager's time of the last use, in ticks.</summary>
    public long LastUsed { get; set; }

    /// <summary>Gets or sets a value indicating whether any request has used it.</summary>
    public bool WasLeased { get; set; }

    /// <summary>Gets or sets how long it stays after its last request.</summary>
    public required TimeSpan KeepAlive { get; set; }

    /// <summary>Gets or sets a value indicating whether a request, rather than its options, said how long it stays.</summary>
    public bool KeepAliveIsRequested { get; set; }

    /// <summary>Gets or sets a value indicating whether it was loaded with options that have changed since.</summary>
    public bool IsStale { get; set; }

    /// <summary>Gets or sets a value indicating whether new requests queue up behind a load that waits for its place.</summary>
    public bool GivesWay { get; set; }

    /// <summary>Gets or sets why it takes no new requests and goes when those that run have ended; <see langword="null"/> if it
    /// stays.</summary>
    public UnloadReason? Leaving { get; set; }

    /// <summary>Gets or sets a value indicating whether it is being disposed.</summary>
    public bool IsDisposing { get; set; }

    /// <summary>Gets a value indicating whether its place will be free without anybody doing more.</summary>
    public bool IsDeparting => IsDisposing || Leaving is not null;

    /// <summary>Gets a value indicating whether it may be unloaded now.</summary>
    public bool IsIdle => Leases == 0 && !IsDisposing;

    /// <summary>Gets the manager's time at which it is unloaded, in ticks; <see cref="long.MaxValue"/> for never.</summary>
    public long Expires =>
        !IsIdle
        || KeepAlive < TimeSpan.Zero
        || (KeepAlive == TimeSpan.Zero && !WasLeased)
        || KeepAlive.Ticks > long.MaxValue - LastUsed
            ? long.MaxValue
            : LastUsed + KeepAlive.Ticks;

    /// <summary>Gets a task that ends when it is disposed.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Counts one request more.</summary>
    public void Enter(long now)
    {
        if (Leases++ == 0)
        {
            BusySince = now;
        }
    }

    /// <summary>Counts one request less.</summary>
    public void Exit() => Leases--;

    /// <summary>Marks it as disposed.</summary>
    public void EndDisposal() => _gone.TrySetResult();

    /// <summary>Tells what it is at this moment.</summary>
    /// <param name="now">The manager's time, in ticks.</param>
    /// <param name="today">The same as a time of day.</param>
    public LoadedModelStatus ToStatus(long now, DateTimeOffset today) =>
        new()
        {
            Name = entry.Key.Name,
            Use = entry.Key.Use,
            Device = model.Device,
            MemoryBytes = Bytes,
            WeightBytes = model.WeightBytes,
            LoadedAt = loadedAt,
            LastUsedAt = today + TimeSpan.FromTicks(LastUsed - now),
            ExpiresAt =
                Expires == long.MaxValue || Expires - now > (DateTimeOffset.MaxValue - today).Ticks
                    ? null
                    : today + TimeSpan.FromTicks(Expires - now),
            ActiveRequests = Leases,
            IsLeaving = IsDeparting,
        };
}
