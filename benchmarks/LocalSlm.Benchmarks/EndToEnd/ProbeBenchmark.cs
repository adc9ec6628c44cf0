using System.Diagnostics;
using System.Globalization;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Gguf;
using LocalSlm.Onnx;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>How long the hardware probe takes: in a process that has loaded nothing, again, and from memory.</summary>
internal static class ProbeBenchmark
{
    /// <summary>The argument with which this program probes once in a fresh process.</summary>
    public const string ColdVerb = "probe-once";

    public static async Task RunAsync(BenchmarkRun run)
    {
        var report = new Report(
            "Hardware probe",
            $"Both runtimes asked in the process that probes; milliseconds, medians of {run.Repetitions}.",
            "probe",
            "median",
            "longest",
            "target"
        );
        List<double> cold = [];
        for (var i = 0; i < run.Repetitions; i++)
        {
            cold.Add(await RunInFreshProcessAsync());
        }

        var probe = Make();
        await probe.ProbeAsync();
        Add(report, "cold: first in a fresh process", cold, "< 1000");
        Add(report, "warm: refresh", await RepeatAsync(run, () => probe.ProbeAsync(refresh: true)), "< 50");
        Add(report, "warm: from memory", await RepeatAsync(run, () => probe.ProbeAsync()), "< 50");
        report.Print();
        Console.WriteLine(await probe.ProbeAsync());
    }

    /// <summary>Probes once, and prints how many milliseconds that took.</summary>
    public static async Task RunOnceAsync() =>
        Console.WriteLine((await TimeAsync(() => Make().ProbeAsync())).ToString("F3", CultureInfo.InvariantCulture));

    private static HardwareProbe Make() => new([new GgufRuntime(), new OnnxModelRuntime()]);

    private static async Task<double> RunInFreshProcessAsync()
    {
        var own = ProbeChildProcess.ForThisProgram() ?? throw new InvalidOperationException("The program has no path.");
        var start = new ProcessStartInfo(own.FileName, [.. own.Arguments, ColdVerb]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? double.Parse(output.Trim().Split('\n')[^1], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The process that probes ended with exit code {process.ExitCode}.");
    }

    private static async Task<List<double>> RepeatAsync(BenchmarkRun run, Func<Task> probe)
    {
        List<double> times = [];
        for (var i = 0; i < run.Repetitions; i++)
        {
            times.Add(await TimeAsync(probe));
        }

        return times;
    }

    private static async Task<double> TimeAsync(Func<Task> probe)
    {
        var started = Stopwatch.GetTimestamp();
        await probe();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static void Add(Report report, string name, List<double> times, string target) =>
        report.Add(name, Report.Number(Median.Of(times)), Report.Number(times.Max()), target);
}
