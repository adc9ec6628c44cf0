namespace LocalSlm.Models;

/// <summary>What goes on by itself: loads that find room, models that expire, memory that grows short.</summary>
internal sealed partial class ModelManager
{
    /// <summary>Lets loads begin that have room, outside of the lock where the system is asked for its memory.</summary>
    private void Pump()
    {
        bool isMemoryWanted;
        var mapped = 0L;
        lock (_gate)
        {
            isMemoryWanted = _table is { Queue.Count: > 0, Residents: { All.Count: > 0, Limits.LowMemoryBytes: > 0 } };
            if (isMemoryWanted)
            {
                // To the system they are only a cache; without them every token waits for the disk.
                mapped = _table.Residents.MappedBytes;
            }
        }

        long? available = isMemoryWanted ? _availableMemory() - mapped : null;
        lock (_gate)
        {
            var now = Now;
            _table.Advance(available, now);
            Arm(now);
            EndIfEmpty();
        }
    }

    private void Arm(long now)
    {
        var earliest = long.MaxValue;
        foreach (var one in _table.Residents.All)
        {
            earliest = Math.Min(earliest, one.IsDeparting ? long.MaxValue : one.Expires);
        }

        _timers.Arm(earliest, now);
        _timers.Watch(!_table.IsClosed && _table.Residents is { All.Count: > 0, Limits.LowMemoryBytes: > 0 });
    }

    private void OnExpiry()
    {
        lock (_gate)
        {
            var now = Now;
            _timers.Fired();
            _table.Residents.Expire(now);
            Arm(now);
        }
    }

    private void OnPressureCheck()
    {
        var available = _availableMemory();
        lock (_gate)
        {
            if (available < _table.Residents.Limits.LowMemoryBytes && !_table.IsClosed)
            {
                _table.Residents.UnloadOneIdle(UnloadReason.Pressure);
            }
        }
    }
}
