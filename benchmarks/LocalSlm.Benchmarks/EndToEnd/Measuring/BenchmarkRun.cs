namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>What a benchmark is asked to do.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Repetitions">How often each figure is measured; medians are printed.</param>
internal sealed record BenchmarkRun(string Name, int Repetitions);
