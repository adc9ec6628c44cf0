namespace LocalSlm.Tests.Models;

/// <summary>What a model manager must do, told as simply as possible: everything happens at once, and one list holds each thing.</summary>
internal sealed class ManagerModel(int? maxLoaded, long? budget, int maxWaiting)
{
    public const long Low = 100;

    private readonly List<Resident> _residents = [];
    private readonly List<Pending> _queue = [];
    private readonly List<Pending> _running = [];
    private readonly Dictionary<string, Entry> _entries = [];
    private long? _watchedSince;

    public long Now { get; private set; }

    public long Available { get; set; } = 1000;

    /// <summary>Gets what became of every waiter, by its number.</summary>
    public Dictionary<int, string> Waiters { get; } = [];

    /// <summary>Gets the model of every lease that was given, by the number of its waiter.</summary>
    public Dictionary<int, Resident> Leases { get; } = [];

    public string Loaded =>
        string.Join(
            ' ',
            _residents.Select(one => $"{one.Entry.Name}:{one.Leases}:{(one.Leaving ? "leaves" : Expiry(one))}")
        );

    public string Running => string.Join(' ', _running.Select(one => one.Entry.Name).Order());

    public int Waiting => _queue.Concat(_running).Sum(one => one.Waiters.Count);

    public bool Knows(string name) => _entries.ContainsKey(name);

    public void Add(string name, long size, long keepAlive) => _entries.Add(name, new Entry(name, size, keepAlive));

    public void Lease(int id, string name, long? keepAlive)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            Waiters[id] = "unknown";
        }
        else if (entry.Current is { GivesWay: false } current)
        {
            Take(current, id, keepAlive);
        }
        else
        {
            Join(entry, id, wantsLease: true, keepAlive);
        }
    }

    public void Preload(int id, string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            Waiters[id] = "unknown";
        }
        else if (entry.Current is { } current)
        {
            current.LastUsed = Now;
            Waiters[id] = "done";
            Settle();
        }
        else
        {
            Join(entry, id, wantsLease: false, null);
        }
    }

    public void Release(int id)
    {
        var resident = Leases[id];
        Leases.Remove(id);
        resident.Leases--;
        resident.LastUsed = Now;
        if (resident.Leases == 0 && _residents.Contains(resident))
        {
            // Who gives way is not chosen anew at every request, only where something may become free.
            BecomeIdle(resident);
            Settle();
        }
    }

    public void Cancel(int id)
    {
        var load = _queue.Concat(_running).FirstOrDefault(one => one.Waiters.Any(waiter => waiter.Id == id));
        if (load is not null)
        {
            load.Waiters.RemoveAll(waiter => waiter.Id == id);
            Waiters[id] = "cancelled";
            DropIfUnwanted(load);
            Settle();
        }
    }

    public void Unload(string name, bool atOnce)
    {
        if (_entries.TryGetValue(name, out var entry))
        {
            if (entry.Load is { } load)
            {
                if (atOnce)
                {
                    Fail(load, "unloaded");
                    Drop(load);
                }
                else
                {
                    load.Leaves |= _running.Contains(load);
                }
            }

            foreach (var one in _residents.Where(one => one.Entry == entry).ToList())
            {
                Retire(one, atOnce);
            }

            Settle();
        }
    }

    public void Change(string name)
    {
        if (_entries.TryGetValue(name, out var entry))
        {
            entry.Version++;
            if (entry.Current is { } current)
            {
                current.Stale = true;
                if (current.Leases == 0)
                {
                    Reload(current);
                }
            }

            Settle();
        }
    }

    public void Remove(string name)
    {
        if (_entries.Remove(name, out var entry))
        {
            if (entry.Load is { } load)
            {
                load.ByManager = false;
                load.Leaves = true;
                DropIfUnwanted(load);
            }

            if (entry.Current is { } current)
            {
                Retire(current, atOnce: false);
            }

            Settle();
        }
    }

    public void End(string name, bool fails)
    {
        var load = _running.Find(one => one.Entry.Name == name)!;
        var entry = load.Entry;
        _running.Remove(load);
        entry.Load = null;
        if (fails)
        {
            Fail(load, "failed");
        }
        else
        {
            var resident = new Resident(entry)
            {
                KeepAlive = entry.KeepAlive,
                LastUsed = Now,
                Stale = load.Version != entry.Version,
            };
            _residents.Add(resident);
            entry.Current = resident;
            Grant(load, resident);
            if (load.Leaves)
            {
                Retire(resident, atOnce: false);
            }
            else if (resident.Leases == 0)
            {
                BecomeIdle(resident);
            }
        }

        Settle();
    }

    /// <summary>Lets a second pass.</summary>
    public void Tick()
    {
        Now++;
        var before = _residents.Count;
        var isCheck = _watchedSince is { } since && (Now - since) % 5 == 0 && Available < Low;
        foreach (var one in _residents.ToList())
        {
            if (!one.Leaving && one.Leases == 0 && (isCheck || one.Expires <= Now))
            {
                Take(one);
            }
        }

        if (_residents.Count < before)
        {
            Settle();
        }
    }

    /// <summary>Checks what must always hold, of the model itself.</summary>
    public void Check()
    {
        Assert.True(_residents.Count + _running.Count <= (maxLoaded ?? int.MaxValue));
        Assert.True(
            _residents.Sum(one => one.Entry.Size) + _running.Sum(one => one.Entry.Size) <= (budget ?? long.MaxValue)
        );

        // Nobody waits in vain: where something waits for room, something is in use or under way.
        Assert.True(_queue.Count == 0 || _running.Count > 0 || _residents.Exists(one => one.Leases > 0));
    }

    private string Expiry(Resident one) => one.Expires == long.MaxValue ? "-" : $"{one.Expires - Now}";

    private void Join(Entry entry, int id, bool wantsLease, long? keepAlive)
    {
        if (Waiting >= maxWaiting)
        {
            Waiters[id] = "busy";
            return;
        }

        Waiters[id] = "waiting";
        Want(entry).Waiters.Add(new Waiter(id, wantsLease, keepAlive));
        Settle();
    }

    private Pending Want(Entry entry)
    {
        if (entry.Load is null)
        {
            entry.Load = new Pending(entry);
            _queue.Add(entry.Load);
        }

        return entry.Load;
    }

    private void Take(Resident resident, int id, long? keepAlive)
    {
        resident.BusySince = resident.Leases++ == 0 ? Now : resident.BusySince;
        resident.WasLeased = true;
        resident.LastUsed = Now;
        resident.KeepAlive = keepAlive ?? resident.KeepAlive;
        Waiters[id] = "leased";
        Leases[id] = resident;
    }

    private void Grant(Pending load, Resident resident)
    {
        foreach (var waiter in load.Waiters)
        {
            if (waiter.WantsLease)
            {
                Take(resident, waiter.Id, waiter.KeepAlive);
            }
            else
            {
                resident.LastUsed = Now;
                Waiters[waiter.Id] = "done";
            }
        }

        load.Waiters.Clear();
    }

    private void Fail(Pending load, string outcome)
    {
        load.Waiters.ForEach(waiter => Waiters[waiter.Id] = outcome);
        load.Waiters.Clear();
    }

    private void DropIfUnwanted(Pending load)
    {
        if (load.Waiters.Count == 0 && !load.ByManager)
        {
            Drop(load);
        }
    }

    private void Drop(Pending load)
    {
        _queue.Remove(load);
        _running.Remove(load);
        load.Entry.Load = null;
    }

    private void BecomeIdle(Resident resident)
    {
        if (resident.Leaving)
        {
            Take(resident);
        }
        else if (resident.Stale)
        {
            Reload(resident);
        }
        else if (resident.Expires <= Now)
        {
            Take(resident);
        }
    }

    private void Reload(Resident resident)
    {
        Take(resident);
        if (resident.KeepAlive != 0)
        {
            Want(resident.Entry).ByManager = true;
        }
    }

    private void Retire(Resident resident, bool atOnce)
    {
        if (resident.Leases == 0 || atOnce)
        {
            Take(resident);
        }
        else
        {
            resident.Leaving = true;
            resident.Entry.Current = resident.Entry.Current == resident ? null : resident.Entry.Current;
        }
    }

    /// <summary>Takes a model away.</summary>
    private void Take(Resident resident)
    {
        _residents.Remove(resident);
        resident.Entry.Current = resident.Entry.Current == resident ? null : resident.Entry.Current;
    }

    private void Settle()
    {
        while (Step()) { }

        _watchedSince = _residents.Count == 0 ? null : _watchedSince ?? Now;
    }

    /// <summary>Serves the queue in order; gives whether anything changed that others may profit from.</summary>
    private bool Step()
    {
        _residents.ForEach(one => one.GivesWay = false);
        var isBlocked = false;
        foreach (var load in _queue.ToList())
        {
            var entry = load.Entry;
            if (entry.Current is { } current)
            {
                if (!current.GivesWay)
                {
                    Drop(load);
                    Grant(load, current);
                }
            }
            else if (
                !isBlocked
                && !_residents.Exists(one => one.Entry.Name == entry.Name)
                && !_running.Exists(one => one.Entry.Name == entry.Name)
            )
            {
                if (entry.Size > budget)
                {
                    Fail(load, "insufficient");
                    Drop(load);
                }
                else if (HasRoom(_residents, entry.Size))
                {
                    if (Available < Low && OldestIdle() is { } victim)
                    {
                        Take(victim);
                        return true;
                    }

                    _queue.Remove(load);
                    _running.Add(load);
                    load.Version = entry.Version;
                }
                else
                {
                    isBlocked = true;
                    while (!HasRoom(_residents.Where(one => !one.Leaving && !one.GivesWay), entry.Size))
                    {
                        if (OldestIdle() is { } victim)
                        {
                            Take(victim);
                            return true;
                        }

                        var busy = _residents.Where(one => !one.Leaving && !one.GivesWay).MinBy(one => one.BusySince);
                        if (busy is null)
                        {
                            break;
                        }

                        busy.GivesWay = true;
                    }
                }
            }
        }

        return false;
    }

    private Resident? OldestIdle() =>
        _residents.Where(one => one.Leases == 0 && !one.Leaving).MinBy(one => one.LastUsed);

    private bool HasRoom(IEnumerable<Resident> beside, long size) =>
        beside.Count() + _running.Count + 1 <= (maxLoaded ?? int.MaxValue)
        && beside.Sum(one => one.Entry.Size) + _running.Sum(one => one.Entry.Size) + size <= (budget ?? long.MaxValue);

    public sealed class Entry(string name, long size, long keepAlive)
    {
        public string Name => name;

        public long Size => size;

        public long KeepAlive => keepAlive;

        public Resident? Current { get; set; }

        public Pending? Load { get; set; }

        public int Version { get; set; }
    }

    public sealed class Resident(Entry entry)
    {
        public Entry Entry => entry;

        public int Leases { get; set; }

        public long LastUsed { get; set; }

        public long KeepAlive { get; set; }

        public long BusySince { get; set; }

        public bool WasLeased { get; set; }

        public bool Stale { get; set; }

        public bool Leaving { get; set; }

        public bool GivesWay { get; set; }

        public long Expires =>
            Leases > 0 || KeepAlive < 0 || (KeepAlive == 0 && !WasLeased) ? long.MaxValue : LastUsed + KeepAlive;
    }

    public sealed class Pending(Entry entry)
    {
        public Entry Entry => entry;

        public List<Waiter> Waiters { get; } = [];

        public bool ByManager { get; set; }

        public bool Leaves { get; set; }

        public int Version { get; set; }
    }

    public sealed record Waiter(int Id, bool WantsLease, long? KeepAlive);
}
