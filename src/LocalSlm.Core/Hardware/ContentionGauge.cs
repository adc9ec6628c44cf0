namespace LocalSlm.Hardware;

/// <summary>Turns totals of processor time into samples of how many processors other programs leave free. One thread samples,
/// any thread reads.</summary>
/// <param name="processorCount">The logical processors that the totals are about.</param>
internal sealed class ContentionGauge(int processorCount)
{
    private const int MaxFree = ushort.MaxValue;

    /// <summary>Totals move in steps of 10 ms; over less time than this a sample would be noise.</summary>
    private static readonly long s_shortest = TimeSpan.FromMilliseconds(50).Ticks;

    private bool _hasBase;
    private long _time;
    private TimeSpan _all;
    private TimeSpan _own;

    // Four numbers of 16 bits in one word, so that a reader never sees half of a sample: number, latest, previous, oldest.
    private ulong _packed;

    public ContentionReading Reading
    {
        get
        {
            var packed = Volatile.Read(ref _packed);
            return new ContentionReading(
                (int)(packed >> 48),
                (int)(packed >> 32 & MaxFree),
                (int)(packed >> 16 & MaxFree),
                (int)(packed & MaxFree)
            );
        }
    }

    /// <summary>Forgets totals and samples: what was true before a pause says nothing about the time after it, and the pause itself
    /// makes no sample.</summary>
    public void Restart()
    {
        _hasBase = false;
        Volatile.Write(ref _packed, 0);
    }

    /// <summary>Takes in new totals.</summary>
    /// <param name="time">Now, in ticks of 100 ns.</param>
    /// <param name="all">Busy time of all programs.</param>
    /// <param name="own">Busy time of this process.</param>
    public void Add(long time, TimeSpan all, TimeSpan own)
    {
        if (_hasBase && time - _time < s_shortest)
        {
            return;
        }

        if (_hasBase)
        {
            var others = (double)((all - _all) - (own - _own)).Ticks / (time - _time);

            // Rounded to whole processors: half of one in use by others takes it away. The totals move in steps of 10 ms, so a
            // sample of 100 ms is good to a tenth of a processor each.
            var free = Math.Clamp((int)(processorCount - Math.Max(0, others) + 0.5), 0, MaxFree);
            Push(free);
        }

        _hasBase = true;
        _time = time;
        _all = all;
        _own = own;
    }

    private void Push(int free)
    {
        var last = Reading;

        // The number runs round within 16 bits, but never to 0, which means "none"; nor to 1 or 2, which mean "few".
        var number = last.Number == MaxFree ? 3 : last.Number + 1;
        Volatile.Write(
            ref _packed,
            ((ulong)number << 48) | ((ulong)free << 32) | ((ulong)last.Latest << 16) | (uint)last.Previous
        );
    }
}
