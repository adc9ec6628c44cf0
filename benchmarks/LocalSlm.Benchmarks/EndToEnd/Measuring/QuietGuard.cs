using System.Diagnostics;
using System.Globalization;
using LocalSlm.Hardware;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>Repeats a measurement during which other processes used the machine: llama.cpp's threads wait for each other many
/// times per token, so that a little work elsewhere slows them much. Where the machine never gets quiet, the least disturbed
/// measurement counts, and the table says so.</summary>
internal static class QuietGuard
{
    private const double AllowedShare = 0.04;

    /// <summary>The clock of the operating system ticks every 10 ms, per process.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(30);

    private static readonly LinuxProcessorUsage? Usage = OperatingSystem.IsLinux()
        ? LinuxProcessorUsage.TryOpen([.. Enumerable.Range(0, Environment.ProcessorCount)])
        : null;

    /// <summary>How long one whole benchmark waits for a quiet machine, all measurements together.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(250);

    private static TimeSpan s_waited;
    private static int s_runs;
    private static int s_repeated;
    private static int s_disturbed;

    /// <summary>Gets or sets how often a measurement is tried at most; 1 takes the machine as it is.</summary>
    public static int MaxTries { get; set; } = 3;

    public static string Summary
    {
        get
        {
            var summary = Usage is null
                ? "Other processes were not watched."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{s_runs} measurements; {s_repeated} more were repeated because other processes used over {AllowedShare:P0} of a core, {s_disturbed} counted although they did."
                );
            (s_runs, s_repeated, s_disturbed, s_waited) = (0, 0, 0, default);
            return summary;
        }
    }

    /// <summary>Measures until the machine was quiet.</summary>
    /// <param name="measure">One measurement.</param>
    /// <param name="peer">A process whose work is part of the measurement.</param>
    public static async Task<T> MeasureAsync<T>(Func<Task<T>> measure, Process? peer = null)
    {
        s_runs++;
        var best = default(T)!;
        var least = double.MaxValue;
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            await WaitAsync(peer);
            var clock = Stopwatch.StartNew();
            var before = Others(peer);
            var result = await measure();
            var others = Others(peer) - before;
            var share = others <= Grain ? 0 : others / clock.Elapsed;
            if (share < least)
            {
                (best, least) = (result, share);
            }

            if (share <= AllowedShare)
            {
                return best;
            }

            s_repeated++;
        }

        s_repeated--;
        s_disturbed++;
        return best;
    }

    private static async Task WaitAsync(Process? peer)
    {
        while (Usage is not null && MaxTries > 1 && s_waited < LongestWait)
        {
            var before = Others(peer);
            await Task.Delay(Sample);
            if (Others(peer) - before <= Grain)
            {
                return;
            }

            s_waited += Sample;
        }
    }

    private static TimeSpan Others(Process? peer)
    {
        if (Usage is null || !Usage.TryRead(out var all, out var own))
        {
            return default;
        }

        peer?.Refresh();
        return all - own - (peer?.TotalProcessorTime ?? default);
    }
}
