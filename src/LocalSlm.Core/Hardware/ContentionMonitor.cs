using System.Diagnostics;

namespace LocalSlm.Hardware;

/// <summary>Samples, every 100 ms while something computes, how many processors other programs leave free. It runs on one
/// background thread that sleeps while nothing computes and ends when it is disposed. A sample allocates nothing.</summary>
internal sealed class ContentionMonitor : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_idleAfter = TimeSpan.FromSeconds(1);

    private readonly IProcessorUsage _usage;
    private readonly ContentionGauge _gauge;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private long _lastBegin;
    private int _computing;
    private volatile bool _sleeps;
    private volatile bool _stops;

    /// <summary>Starts the monitor.</summary>
    /// <param name="usage">Where totals come from; disposed with the monitor.</param>
    public ContentionMonitor(IProcessorUsage usage)
    {
        _usage = usage;
        _gauge = new ContentionGauge(usage.ProcessorCount);
        _thread = new Thread(Run) { IsBackground = true, Name = "LocalSlm processor load" };
        _thread.Start();
    }

    public ContentionReading Reading => _gauge.Reading;

    /// <summary>Gets a value indicating whether the monitor sleeps because nothing computes.</summary>
    public bool Sleeps => _sleeps;

    /// <summary>Says that a computation begins.</summary>
    public void Begin()
    {
        Interlocked.Increment(ref _computing);
        Volatile.Write(ref _lastBegin, Stopwatch.GetTimestamp());
        if (_sleeps)
        {
            _wake.Set();
        }
    }

    /// <summary>Says that it has ended.</summary>
    public void End() => Interlocked.Decrement(ref _computing);

    public void Dispose()
    {
        if (_stops)
        {
            return;
        }

        _stops = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
        _usage.Dispose();
    }

    private void Run()
    {
        while (!_stops)
        {
            if (IsIdle)
            {
                // Before the sleep: the first step after it must not go by old samples.
                _gauge.Restart();
                _sleeps = true;

                // Looked at again after the flag is up: whoever began in between did not see it.
                if (IsIdle)
                {
                    _wake.WaitOne();
                }

                _sleeps = false;
            }

            if (_usage.TryRead(out var all, out var own))
            {
                _gauge.Add(Stopwatch.GetElapsedTime(0).Ticks, all, own);
            }

            if (!_stops)
            {
                _wake.WaitOne(s_period);
            }
        }
    }

    private bool IsIdle =>
        !_stops
        && Volatile.Read(ref _computing) == 0
        && Stopwatch.GetElapsedTime(Volatile.Read(ref _lastBegin)) > s_idleAfter;
}
