namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>The lowest and the highest of some ratios, and how many are further than a tenth from 1.</summary>
internal sealed class Extremes
{
    private const double Tolerance = 0.1;

    // The library reports hundredths of a MiB.
    private const long Grain = 1 << 20;

    private double _lowest = 1;
    private double _highest = 1;
    private int _count;
    private int _outside;

    public void Add(long planned, long real)
    {
        if (real < Grain / 4)
        {
            return;
        }

        var ratio = (double)planned / real;
        _lowest = Math.Min(_lowest, ratio);
        _highest = Math.Max(_highest, ratio);
        _count++;
        _outside += Math.Abs(ratio - 1) > Tolerance ? 1 : 0;
    }

    public override string ToString() => $"{_lowest:0.000} to {_highest:0.000} ({_outside} of {_count} outside)";
}
