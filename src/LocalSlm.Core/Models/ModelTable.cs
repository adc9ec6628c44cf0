namespace LocalSlm.Models;

/// <summary>The state of a <see cref="ModelManager"/>: what is registered, who is loaded, who waits. It holds no lock and runs nothing
/// itself; its manager calls every member under one lock, and <see cref="Advance"/> after each change.</summary>
internal sealed class ModelTable(IModelWork work)
{
    private readonly Dictionary<ModelKey, ModelEntry> _entries = [];

    public ResidentModels Residents { get; } = new(work);

    public LoadQueue Queue { get; } = new(work.Lease);

    public bool IsClosed { get; private set; }

    /// <summary>Gets all registered models.</summary>
    public IReadOnlyCollection<ModelEntry> Entries => _entries.Values;

    public ModelEntry? Find(ModelKey key) => _entries.GetValueOrDefault(key);

    /// <summary>Finds a model.</summary>
    /// <exception cref="ModelUnloadedException">The table is closed.</exception>
    /// <exception cref="ModelNotFoundException">There is none.</exception>
    public ModelEntry Get(ModelKey key)
    {
        if (IsClosed)
        {
            throw new ModelUnloadedException(key.Name);
        }

        return _entries.GetValueOrDefault(key)
            ?? throw new ModelNotFoundException(key.Name, "no model is registered under this name any more.");
    }

    /// <summary>Registers a model.</summary>
    /// <exception cref="InvalidOperationException">It is there already.</exception>
    public void Add(ModelDefinition definition)
    {
        if (!_entries.TryAdd(definition.Key, new ModelEntry(definition)))
        {
            throw new InvalidOperationException($"Model '{definition.Key.Name}' is there already.");
        }
    }

    /// <summary>Changes how a model is loaded and how long it stays.</summary>
    /// <param name="definition">What is there from now on.</param>
    /// <param name="reloads">Whether a model that is loaded has to be loaded again, as soon as it is idle.</param>
    public void Change(ModelDefinition definition, bool reloads)
    {
        if (Find(definition.Key) is not { } entry || IsClosed)
        {
            return;
        }

        entry.Definition = definition;
        if (reloads)
        {
            // What was wrong with the old options says nothing about the new ones.
            entry.KnownBytes = null;
            entry.LoadError = null;
        }

        if (entry.Current is not { } current)
        {
            return;
        }

        if (!current.KeepAliveIsRequested)
        {
            current.KeepAlive = definition.KeepAlive;
        }

        current.IsStale |= reloads;
        if (current.IsStale && current.IsIdle)
        {
            Reload(current);
        }
    }

    /// <summary>Removes a model: nobody finds it any more; requests that came before are still served.</summary>
    public void Remove(ModelKey key)
    {
        if (!_entries.Remove(key, out var entry))
        {
            return;
        }

        entry.IsRemoved = true;
        if (entry.Load is { } load)
        {
            load.IsWantedByManager = false;
            load.LeavesAfterwards ??= UnloadReason.Removed;
            Queue.DropIfUnwanted(load);
        }

        if (entry.Current is { } current)
        {
            Residents.Retire(current, UnloadReason.Removed);
        }
    }

    /// <summary>Takes a model out of use that is loaded but serves no more. It goes with its last request.</summary>
    /// <returns>Whether it was one.</returns>
    public bool RetireBroken(Residency residency)
    {
        if (residency.Model.Fault is null)
        {
            return false;
        }

        Residents.Retire(residency, UnloadReason.Broken);
        return true;
    }

    /// <summary>Decides what becomes of a model that nobody uses any more.</summary>
    /// <returns>Whether others may profit: call <see cref="Advance"/>.</returns>
    public bool BecomeIdle(Residency residency, long now)
    {
        if (residency.Leaving is { } reason)
        {
            Residents.Unload(residency, reason);
        }
        else if (residency.IsStale)
        {
            Reload(residency);
        }
        else if (residency.Model.Fault is not null)
        {
            Residents.Unload(residency, UnloadReason.Broken);
        }
        else if (residency.Expires <= now)
        {
            Residents.Unload(residency, UnloadReason.Expired);
        }
        else
        {
            return Queue.Count > 0 || Residents.IsOverLimits;
        }

        return false;
    }

    /// <summary>Ends a load whoever waits for it; what it brings all the same is unloaded.</summary>
    public void Abandon(PendingLoad load, Exception error)
    {
        load.IsAbandoned = true;
        Queue.Refuse(load, error);
    }

    /// <summary>Takes no more requests, ends those that wait, and unloads what is idle; the rest goes with its last request.</summary>
    public void Close()
    {
        IsClosed = true;
        while (Queue.First is { } first)
        {
            Abandon(first.Value, new ModelUnloadedException(first.Value.Entry.Key.Name));
        }

        foreach (var load in Residents.Running)
        {
            Abandon(load, new ModelUnloadedException(load.Entry.Key.Name));
        }

        foreach (var one in Residents.All)
        {
            Residents.Retire(one, UnloadReason.Stopped);
        }
    }

    /// <summary>Takes what a load brought: a model, or an error.</summary>
    /// <param name="load">The load.</param>
    /// <param name="model">The model, or <see langword="null"/>.</param>
    /// <param name="error">Else what went wrong.</param>
    /// <param name="loadedAt">The time of day.</param>
    /// <param name="now">The manager's time.</param>
    public void Complete(PendingLoad load, IResidentModel? model, Exception? error, DateTimeOffset loadedAt, long now)
    {
        var entry = load.Entry;
        Residents.End(load);
        if (entry.Load == load)
        {
            entry.Load = null;
        }

        if (model is not null)
        {
            entry.LoadError = null;
            Receive(load, model, loadedAt, now);
        }
        else if (load.IsCancelled && error is OperationCanceledException)
        {
            // Somebody may have come while it was ending.
            Queue.TryAgain(load);
        }
        else
        {
            entry.LoadError = error;
            Queue.Fail(load, error!);
        }

        load.End();
    }

    /// <summary>Takes an estimate, or the error that it ended with.</summary>
    public void Estimated(PendingLoad load, ModelDefinition definition, long bytes, Exception? error)
    {
        load.IsEstimating = false;
        if (
            definition.EstimateAsync != load.Entry.Definition.EstimateAsync
            || load.Entry.Load != load
            || load.IsCancelled
        )
        {
            return;
        }

        if (error is null)
        {
            load.Entry.KnownBytes = bytes;
        }
        else
        {
            load.Entry.LoadError = error;
            Queue.Refuse(load, error);
        }
    }

    /// <summary>Begins every load that has room, in the order in which they were wanted, and makes room for the first that has
    /// none.</summary>
    /// <param name="available">The system's available memory in bytes; <see langword="null"/> if it does not matter.</param>
    /// <param name="now">The manager's time.</param>
    public void Advance(long? available, long now)
    {
        var marked = Residents.ClearMarks();
        Residents.Trim();
        var isBlocked = false;
        LinkedListNode<PendingLoad>? next;
        for (var node = Queue.First; node is not null; node = next)
        {
            next = node.Next;
            var load = node.Value;
            if (load.Entry.Current is { } current)
            {
                // It queued up behind another one that wanted this place, and has found a different one or has gone.
                if (!current.GivesWay)
                {
                    Queue.GrantQueued(load, current, now);
                }
            }
            else if (!isBlocked)
            {
                var mayBegin = !Residents.HasPredecessor(load.Entry);
                isBlocked = mayBegin && !TryBegin(load, available);
                if (load.IsEstimating || ((isBlocked || !mayBegin) && Residents.IsSettling))
                {
                    // What it needs, or what is free, is known in a moment: nobody overtakes meanwhile.
                    ResidentModels.RestoreMarks(marked);
                    return;
                }
            }
        }
    }

    /// <returns>Whether those behind it may try.</returns>
    private bool TryBegin(PendingLoad load, long? available)
    {
        if (load.IsEstimating)
        {
            return false;
        }

        var limits = Residents.Limits;
        if (NeedsEstimate(load.Entry, limits))
        {
            load.IsEstimating = true;
            work.BeginEstimate(load);
            return false;
        }

        if (load.Bytes > limits.MemoryBudgetBytes)
        {
            Queue.Refuse(load, TooLarge(load.Bytes, limits.MemoryBudgetBytes.Value));
            return true;
        }

        if (!Residents.HasRoom(load.Bytes))
        {
            Residents.MakeRoom(load.Bytes);
            return false;
        }

        if (available - load.Bytes < limits.LowMemoryBytes && Residents.UnloadOneIdle(UnloadReason.Pressure))
        {
            return false;
        }

        Queue.Remove(load);
        Residents.Begin(load);
        return true;
    }

    private bool NeedsEstimate(ModelEntry entry, ModelLimits limits) =>
        entry is { KnownBytes: null, Definition.EstimateAsync: not null }
        && (limits.MemoryBudgetBytes is not null || (limits.LowMemoryBytes > 0 && Residents.All.Count > 0));

    private void Receive(PendingLoad load, IResidentModel model, DateTimeOffset loadedAt, long now)
    {
        var entry = load.Entry;
        var residency = new Residency(entry, model, load.Bytes, loadedAt)
        {
            KeepAlive = entry.Definition.KeepAlive,
            LastUsed = now,

            // A load that nobody wants any more and that ended well all the same is as one whose request has ended.
            WasLeased = !load.IsWanted,
        };
        Residents.Add(residency);
        var isCurrent = load.Definition!.LoadAsync == entry.Definition.LoadAsync;
        if (isCurrent)
        {
            entry.KnownBytes = residency.Bytes;
        }

        if (residency.Bytes > Residents.Limits.MemoryBudgetBytes)
        {
            Queue.Fail(load, TooLarge(residency.Bytes, Residents.Limits.MemoryBudgetBytes.Value));
            Residents.Unload(residency, UnloadReason.Room);
        }
        else if (load.IsAbandoned)
        {
            Residents.Unload(residency, IsClosed ? UnloadReason.Stopped : UnloadReason.Requested);
            Queue.TryAgain(load);
        }
        else
        {
            entry.Current = residency;
            residency.IsStale = !isCurrent;
            Queue.Grant(load, residency, now);
            if (load.LeavesAfterwards is { } reason)
            {
                Residents.Retire(residency, reason);
            }
            else if (residency.IsIdle)
            {
                BecomeIdle(residency, now);
            }
        }
    }

    /// <summary>Unloads a model whose options changed, and has it loaded again unless it would go at once.</summary>
    private void Reload(Residency residency)
    {
        var isWanted = residency.KeepAlive != TimeSpan.Zero;
        Residents.Unload(residency, UnloadReason.Changed);
        if (isWanted)
        {
            Queue.Want(residency.Entry).IsWantedByManager = true;
        }
    }

    private static InsufficientMemoryException TooLarge(long bytes, long budget) =>
        new(
            bytes,
            budget,
            "That is MemoryBudgetBytes of all models together: raise it, or load the model with a smaller context or fewer concurrent replies."
        );
}
