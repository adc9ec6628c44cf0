namespace LocalSlm.Models;

/// <summary>The models that hold memory, and the loads that will: who must go so that another one can come. Guarded by the manager's
/// lock.</summary>
internal sealed class ResidentModels(IModelWork work)
{
    private readonly List<PendingLoad> _running = [];
    private readonly List<Residency> _all = [];

    public ModelLimits Limits { get; set; } = new();

    /// <summary>Gets everything that holds memory, in the order of loading, until its disposal has ended.</summary>
    public IReadOnlyList<Residency> All => _all;

    /// <summary>Gets the loads under way.</summary>
    public IReadOnlyList<PendingLoad> Running => _running;

    /// <summary>Gets a value indicating whether more is loaded than may be, because it was in use when the limits changed or when it
    /// turned out larger than estimated.</summary>
    public bool IsOverLimits { get; private set; }

    /// <summary>Gets a value indicating whether something that holds memory will have gone in a moment.</summary>
    public bool IsSettling =>
        _all.Exists(static one => one.IsDisposing) || _running.Exists(static load => load.IsCancelled);

    /// <summary>Gets the main memory that models hold and that the system counts as available all the same.</summary>
    public long MappedBytes => _all.Sum(static one => one.Model.MappedBytes);

    /// <summary>Notes a use.</summary>
    public static void Touch(Residency residency, TimeSpan? keepAlive, long now)
    {
        residency.LastUsed = now;
        if (keepAlive is { } time)
        {
            residency.KeepAlive = time;
            residency.KeepAliveIsRequested = true;
        }
    }

    /// <summary>Counts a request.</summary>
    public static void Take(Residency residency, TimeSpan? keepAlive, long now)
    {
        residency.Enter(now);
        residency.WasLeased = true;
        Touch(residency, keepAlive, now);
    }

    public void Begin(PendingLoad load)
    {
        _running.Add(load);
        load.Begin();
        work.BeginLoad(load);
    }

    public void End(PendingLoad load) => _running.Remove(load);

    public void Add(Residency residency) => _all.Add(residency);

    /// <summary>Takes a model that is disposed off.</summary>
    public void Forget(Residency residency)
    {
        _all.Remove(residency);
        residency.EndDisposal();
    }

    /// <summary>Unloads a model: now if it is idle or <paramref name="atOnce"/>, else after its last request.</summary>
    public void Retire(Residency residency, UnloadReason reason, bool atOnce = false)
    {
        if (residency.IsDisposing)
        {
            return;
        }

        if (residency.IsIdle || atOnce)
        {
            Unload(residency, reason);
            return;
        }

        residency.Leaving ??= reason;
        Detach(residency);
    }

    /// <summary>Unloads a model now.</summary>
    public void Unload(Residency residency, UnloadReason reason)
    {
        residency.IsDisposing = true;
        residency.GivesWay = false;
        Detach(residency);
        work.BeginDisposal(residency, reason);
    }

    /// <summary>Unloads the idle model that was used least recently.</summary>
    /// <returns>Whether there was one.</returns>
    public bool UnloadOneIdle(UnloadReason reason)
    {
        if (First(static one => one.IsIdle, static one => one.LastUsed) is not { } oldest)
        {
            return false;
        }

        Unload(oldest, reason);
        return true;
    }

    /// <summary>Unloads what has expired.</summary>
    public void Expire(long now)
    {
        foreach (var one in _all)
        {
            if (!one.IsDeparting && one.Expires <= now)
            {
                Unload(one, UnloadReason.Expired);
            }
        }
    }

    /// <summary>Lets every model take requests again.</summary>
    /// <returns>Those that did not.</returns>
    public List<Residency> ClearMarks()
    {
        var marked = _all.FindAll(static one => one.GivesWay);
        marked.ForEach(static one => one.GivesWay = false);
        return marked;
    }

    /// <summary>Lets models take no requests, as before.</summary>
    public static void RestoreMarks(List<Residency> marked) =>
        marked.ForEach(static one => one.GivesWay = !one.IsDeparting);

    /// <summary>Unloads idle models while there are too many.</summary>
    public void Trim()
    {
        while (!Fits(0, 0, countsDeparting: false) && UnloadOneIdle(UnloadReason.Room)) { }

        IsOverLimits = !Fits(0, 0, countsDeparting: false);
    }

    /// <summary>Tells whether a model of this size may be loaded beside all that holds memory now.</summary>
    public bool HasRoom(long bytes) => Fits(1, bytes, countsDeparting: true);

    /// <summary>Chooses who must go: idle ones first, which go now; then those in use, which take no more requests until the load that
    /// waits has its place. The idle one that was used least recently is first; of those in use, the one in use longest without a
    /// pause: what does not change while it waits for its end.</summary>
    public void MakeRoom(long bytes)
    {
        while (!Fits(1, bytes, countsDeparting: false) && !UnloadOneIdle(UnloadReason.Room))
        {
            if (First(static one => !one.GivesWay, static one => one.BusySince) is not { } oldest)
            {
                return;
            }

            oldest.GivesWay = true;
        }
    }

    /// <summary>Tells whether an earlier copy of a model is still there: two at once would take its memory twice.</summary>
    public bool HasPredecessor(ModelEntry entry)
    {
        foreach (var one in _all)
        {
            if (one.IsDeparting && one.Entry.Key == entry.Key)
            {
                return true;
            }
        }

        foreach (var load in _running)
        {
            if (load.Entry.Key == entry.Key)
            {
                return true;
            }
        }

        return false;
    }

    private static void Detach(Residency residency)
    {
        if (residency.Entry.Current == residency)
        {
            residency.Entry.Current = null;
        }
    }

    private Residency? First(Func<Residency, bool> isMeant, Func<Residency, long> order)
    {
        Residency? first = null;
        foreach (var one in _all)
        {
            if (!one.IsDeparting && isMeant(one) && (first is null || order(one) < order(first)))
            {
                first = one;
            }
        }

        return first;
    }

    private bool Fits(int count, long bytes, bool countsDeparting)
    {
        foreach (var load in _running)
        {
            count++;
            bytes += load.Bytes;
        }

        foreach (var one in _all)
        {
            if (countsDeparting || !(one.IsDeparting || one.GivesWay))
            {
                count++;
                bytes += one.Bytes;
            }
        }

        return !(count > Limits.MaxLoadedModels || bytes > Limits.MemoryBudgetBytes);
    }
}
