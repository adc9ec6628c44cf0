namespace LocalSlm.Models;

/// <summary>The two timers of a model manager: one for the next model that expires, one that looks at the system's memory. Guarded by
/// the manager's lock.</summary>
internal sealed class ModelTimers : IDisposable
{
    /// <summary>How often the system's memory is looked at while models are loaded.</summary>
    public static readonly TimeSpan PressurePeriod = TimeSpan.FromSeconds(5);

    // Timers take less than 50 days; a longer time is waited for in parts.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly ITimer _expiry;
    private readonly ITimer _pressure;
    private long _armed = long.MaxValue;
    private bool _isWatching;

    public ModelTimers(TimeProvider clock, Action onExpiry, Action onPressureCheck)
    {
        _expiry = Make(clock, onExpiry);
        _pressure = Make(clock, onPressureCheck);
    }

    /// <summary>Has the expiry told at a time, unless it is told earlier already.</summary>
    /// <param name="at">The manager's time, in ticks; <see cref="long.MaxValue"/> for never.</param>
    /// <param name="now">The manager's time of this moment.</param>
    public void Arm(long at, long now)
    {
        if (at >= _armed)
        {
            return;
        }

        _armed = at;

        // Timers count whole milliseconds; one that came early would find nothing expired.
        var wait =
            Math.Clamp(at - now, TimeSpan.TicksPerMillisecond, s_longest.Ticks) + TimeSpan.TicksPerMillisecond - 1;
        _expiry.Change(TimeSpan.FromTicks(wait - (wait % TimeSpan.TicksPerMillisecond)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Notes that the expiry was told.</summary>
    public void Fired() => _armed = long.MaxValue;

    /// <summary>Looks at the system's memory from now on, or no more.</summary>
    public void Watch(bool isWanted)
    {
        if (isWanted != _isWatching)
        {
            _isWatching = isWanted;
            _pressure.Change(
                isWanted ? PressurePeriod : Timeout.InfiniteTimeSpan,
                isWanted ? PressurePeriod : Timeout.InfiniteTimeSpan
            );
        }
    }

    public void Dispose()
    {
        _expiry.Dispose();
        _pressure.Dispose();
    }

    private static ITimer Make(TimeProvider clock, Action action)
    {
        // A manager lives as long as its host: nothing of the caller that happens to make it should.
        using var flow = ExecutionContext.SuppressFlow();
        return clock.CreateTimer(
            static state => ((Action)state!)(),
            action,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }
}
