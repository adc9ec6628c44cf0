using System.Diagnostics;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Benchmarks.Micro;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>A lease of a loaded model, taken and given back.</summary>
internal static class LeasesBenchmark
{
    private const int Leases = 200_000;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var benchmark = new LeaseBenchmarks();
        await benchmark.SetupAsync();
        List<double> nanoseconds = [];
        List<double> bytes = [];
        for (var round = -2; round < run.Repetitions; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var lease = 0; lease < Leases; lease++)
            {
                await benchmark.LeaseAndRelease();
            }

            var elapsed = Stopwatch.GetElapsedTime(started);
            if (round >= 0)
            {
                nanoseconds.Add(elapsed.TotalNanoseconds / Leases);
                bytes.Add((GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Leases);
            }
        }

        await benchmark.CleanupAsync();
        var report = new Report(
            "Lease of a loaded model",
            $"Taken and given back {Leases} times on one thread; medians of {run.Repetitions}.",
            "what",
            "measured",
            "target"
        );
        report.Add("time, ns", Report.Number(Median.Of(nanoseconds)), "< 1000");
        report.Add("managed memory, bytes", Report.Number(Median.Of(bytes)), "0");
        report.Print();
    }
}
