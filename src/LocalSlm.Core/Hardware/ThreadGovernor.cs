using System.Diagnostics;
using System.Numerics;

namespace LocalSlm.Hardware;

/// <summary>Decides before every native step how many threads compute it, and when a step has run so long that its threads must be
/// waiting for cores. llama.cpp's threads spin at a barrier after every operation: one thread without a core holds up all others
/// for a whole time slice, and a step takes seconds instead of milliseconds; ONNX Runtime's lose less, but lose. Fewer threads than
/// free cores never do that. Pure: time and load are arguments. One thread.</summary>
internal sealed class ThreadGovernor
{
    /// <summary>A step that takes this much longer than one thread usually needs gains nothing from its threads.</summary>
    private const double LateFactor = 1.5;

    private const double Smoothing = 0.2;
    private const int SizeClasses = 16;

    private static readonly long s_firstPause = Stopwatch.Frequency / 2;
    private static readonly long s_longestPause = Stopwatch.Frequency * 8;

    private readonly int _maxThreads;

    // Usual duration of a step by the logarithm of its tokens, in ticks of Stopwatch; 0 if unknown.
    private readonly double[] _oneThread = new double[SizeClasses];
    private readonly double[] _manyThreads = new double[SizeClasses];

    private int _abortedAtSample;
    private bool _waitsForClearSamples;
    private long _pausedUntil;
    private long _pause = s_firstPause;

    /// <param name="maxThreads">The most threads.</param>
    public ThreadGovernor(int maxThreads)
    {
        _maxThreads = maxThreads;
        Threads = maxThreads;
    }

    /// <summary>Gets the count that was chosen last.</summary>
    public int Threads { get; private set; }

    /// <summary>Gets how many steps were stopped and computed again.</summary>
    public long AbortCount { get; private set; }

    /// <summary>Chooses the count for the next step.</summary>
    /// <param name="load">The load that other programs put on the machine.</param>
    /// <param name="share">How many threads the other models of this process leave; see <see cref="ProcessorShare.Begin"/>.</param>
    /// <param name="now">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <returns>At least 1.</returns>
    public int Choose(ContentionReading load, int share, long now)
    {
        var limit = Math.Clamp(share, 1, _maxThreads);
        Threads = Math.Min(Threads, limit);
        if (load.IsShort(Threads))
        {
            Threads = Math.Max(1, load.Latest);
        }
        else if (MayGrow(load, now))
        {
            var room = load.Number == 0 ? limit : Math.Min(limit, load.SteadilyFree);
            if (room > Threads)
            {
                Threads = room;
                _waitsForClearSamples = false;
            }
        }

        return Threads;
    }

    /// <summary>Gets when a step is late.</summary>
    /// <param name="threads">Threads that compute it.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="now">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <returns>A timestamp; <see cref="long.MaxValue"/> for never.</returns>
    public long GetDeadline(int threads, int tokens, long now)
    {
        var size = SizeClass(tokens);

        // Two threads are at most twice as fast as one, so twice their time is no less than what one thread takes.
        var usual = _oneThread[size] > 0 ? _oneThread[size] : _manyThreads[size] * Math.Min(threads, 2);
        return threads <= 1 || usual <= 0 ? long.MaxValue : now + (long)(usual * LateFactor);
    }

    /// <summary>Learns from a step that was computed to its end.</summary>
    public void Finished(int threads, int tokens, long duration)
    {
        ref var usual = ref (threads == 1 ? _oneThread : _manyThreads)[SizeClass(tokens)];
        usual = usual <= 0 ? duration : usual + (Smoothing * (duration - usual));
        if (threads == _maxThreads)
        {
            _pause = Math.Max(s_firstPause, _pause - (_pause / 64));
        }
    }

    /// <summary>Takes fewer threads after a step was stopped.</summary>
    /// <returns>The count to compute it with again.</returns>
    public int Aborted(ContentionReading load, long now)
    {
        AbortCount++;
        var free = load.Number > 0 ? load.Latest : int.MaxValue;
        Threads = Math.Max(1, Math.Min(Threads / 2, free));
        _waitsForClearSamples = true;
        _abortedAtSample = load.Number;
        _pausedUntil = now + _pause;
        _pause = Math.Min(s_longestPause, _pause * 2);
        return Threads;
    }

    /// <summary>Up again to what three samples in a row left free, none of them from before the last stop; without samples after a
    /// pause that grows with every stop.</summary>
    private bool MayGrow(ContentionReading load, long now) =>
        load.Number == 0
            ? now >= _pausedUntil
            // A number below the remembered one has run round.
            : !_waitsForClearSamples || load.Number >= _abortedAtSample + 3 || load.Number < _abortedAtSample;

    private static int SizeClass(int tokens) => Math.Min(SizeClasses - 1, BitOperations.Log2((uint)tokens));
}
