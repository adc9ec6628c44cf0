using System.Diagnostics;
using System.Globalization;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>A child process that uses one core for nothing, in another scheduling group where the system has such, as another
/// service or login would.</summary>
internal sealed class CoreBurner : IDisposable
{
    public const string Verb = "burn";
    private const int LongestSeconds = 120;
    private readonly Process _process;

    private CoreBurner(Process process) => _process = process;

    public static CoreBurner Start()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "LocalSlm.Benchmarks");
        var seconds = LongestSeconds.ToString(CultureInfo.InvariantCulture);

        // A new session is a new group for Linux's automatic task grouping (sched(7)).
        var start =
            OperatingSystem.IsLinux() && File.Exists("/usr/bin/setsid")
                ? new ProcessStartInfo("/usr/bin/setsid", [program, Verb, seconds])
                : new ProcessStartInfo(program, [Verb, seconds]);
        start.RedirectStandardInput = true;
        return new CoreBurner(Process.Start(start)!);
    }

    /// <summary>The child's work: until time is up or the parent is gone.</summary>
    public static void Burn(TimeSpan duration)
    {
        var clock = Stopwatch.StartNew();
        var orphaned = Task.Run(() => Console.In.ReadToEnd());
        while (clock.Elapsed < duration && !orphaned.IsCompleted)
        {
            Thread.SpinWait(10_000);
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
