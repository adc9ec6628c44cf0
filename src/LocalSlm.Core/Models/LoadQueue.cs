namespace LocalSlm.Models;

/// <summary>The loads that are wanted, in the order in which they were first wanted, and everybody who waits for one. Guarded by the
/// manager's lock.</summary>
/// <param name="lease">Makes the lease that somebody who waits gets.</param>
internal sealed class LoadQueue(Func<Residency, ModelLease> lease)
{
    private readonly LinkedList<PendingLoad> _queue = [];

    /// <summary>Gets how many requests and preloads wait, for loads under way too.</summary>
    public int Waiting { get; private set; }

    /// <summary>Gets the first load that waits for room.</summary>
    public LinkedListNode<PendingLoad>? First => _queue.First;

    /// <summary>Gets how many loads wait for room.</summary>
    public int Count => _queue.Count;

    /// <summary>Gets the load of a model, queued if there is none.</summary>
    public PendingLoad Want(ModelEntry entry)
    {
        if (entry.Load is not { } load)
        {
            entry.Load = load = new PendingLoad(entry);
            _queue.AddLast(load);
        }

        return load;
    }

    /// <summary>Lets somebody wait for a load.</summary>
    /// <exception cref="ModelBusyException">Too many wait.</exception>
    public LeaseWaiter Join(ModelEntry entry, bool wantsLease, TimeSpan? keepAlive, int limit)
    {
        if (Waiting >= limit)
        {
            throw new ModelBusyException(
                entry.Key.Name,
                $"{Waiting} request(s) wait already for models to be loaded, which is the limit (MaxWaitingRequests). Try again later, "
                    + "raise it, or let more models be loaded at once (MaxLoadedModels, MemoryBudgetBytes)."
            );
        }

        var load = Want(entry);
        var waiter = new LeaseWaiter(load, wantsLease, keepAlive);
        load.Waiters.AddLast(waiter);
        Waiting++;
        return waiter;
    }

    /// <summary>Lets somebody who waits go.</summary>
    /// <returns>Whether it waited still.</returns>
    public bool Leave(LeaseWaiter waiter, CancellationToken token)
    {
        if (!waiter.Load.Waiters.Remove(waiter))
        {
            return false;
        }

        Waiting--;
        waiter.TrySetCanceled(token);
        DropIfUnwanted(waiter.Load);
        return true;
    }

    /// <summary>Takes a load out that begins.</summary>
    public void Remove(PendingLoad load) => _queue.Remove(load);

    /// <summary>Gives the model to everybody who waits for it.</summary>
    public void Grant(PendingLoad load, Residency residency, long now)
    {
        foreach (var waiter in load.Waiters)
        {
            Waiting--;
            if (waiter.WantsLease)
            {
                ResidentModels.Take(residency, waiter.KeepAlive, now);
                waiter.TrySetResult(lease(residency));
            }
            else
            {
                ResidentModels.Touch(residency, waiter.KeepAlive, now);
                waiter.TrySetResult(default);
            }
        }

        load.Waiters.Clear();
    }

    /// <summary>Gives the model to everybody whose load waited for room, which is not needed any more.</summary>
    public void GrantQueued(PendingLoad load, Residency residency, long now)
    {
        _queue.Remove(load);
        load.Entry.Load = null;
        Grant(load, residency, now);
        load.End();
    }

    /// <summary>Tells everybody who waits for a load that it failed.</summary>
    public void Fail(PendingLoad load, Exception error)
    {
        foreach (var waiter in load.Waiters)
        {
            Waiting--;
            waiter.TrySetException(error);
        }

        load.Waiters.Clear();
    }

    /// <summary>Ends those who wait for a load, and the load.</summary>
    public void Refuse(PendingLoad load, Exception error)
    {
        Fail(load, error);
        load.IsWantedByManager = false;
        DropIfUnwanted(load);
    }

    /// <summary>Ends a load that nobody wants.</summary>
    public void DropIfUnwanted(PendingLoad load)
    {
        if (load.IsWanted || load.IsCancelled)
        {
            return;
        }

        load.Cancel();
        if (_queue.Remove(load))
        {
            load.Entry.Load = null;
            load.End();
        }
    }

    /// <summary>Queues a load again that was cancelled and is wanted once more: first, since it has waited longest.</summary>
    public void TryAgain(PendingLoad load)
    {
        if (load.Waiters.Count == 0)
        {
            return;
        }

        var again = new PendingLoad(load.Entry)
        {
            LeavesAfterwards = load.Entry.IsRemoved ? UnloadReason.Removed : null,
        };
        load.Entry.Load = again;
        _queue.AddFirst(again);
        foreach (var waiter in load.Waiters)
        {
            waiter.Load = again;
            again.Waiters.AddLast(waiter);
        }

        load.Waiters.Clear();
    }
}
