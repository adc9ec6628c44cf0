using System.Globalization;
using LocalSlm.Benchmarks.EndToEnd.Measuring;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Runs the benchmarks that need a whole model, and prints one table for each.</summary>
internal static class EndToEndRunner
{
    private static readonly Dictionary<string, Func<BenchmarkRun, Task>> All = new()
    {
        ["peers"] = PeersBenchmark.RunAsync,
        ["concurrency"] = ConcurrencyBenchmark.RunAsync,
        ["layouts"] = LayoutsBenchmark.RunAsync,
        ["turns"] = TurnsBenchmark.RunAsync,
        ["join"] = JoinBenchmark.RunAsync,
        ["threads"] = ThreadsBenchmark.RunAsync,
        ["allocations"] = AllocationsBenchmark.RunAsync,
        ["overhead"] = OverheadBenchmark.RunAsync,
        ["onnx"] = OnnxBenchmark.RunAsync,
        ["onnx-peers"] = OnnxPeersBenchmark.RunAsync,
        ["embeddings"] = EmbeddingsBenchmark.RunAsync,
        ["tokenizers"] = TokenizersBenchmark.RunAsync,
        ["constraints"] = ConstraintsBenchmark.RunAsync,
        ["parser"] = ParserBenchmark.RunAsync,
        ["probe"] = ProbeBenchmark.RunAsync,
        ["share"] = ShareBenchmark.RunAsync,
        ["placement"] = PlacementBenchmark.RunAsync,
        ["leases"] = LeasesBenchmark.RunAsync,
        ["load"] = LoadBenchmark.RunAsync,
        ["failover"] = FailoverBenchmark.RunAsync,
    };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var names = new List<string>();
        var repetitions = 7;
        foreach (var argument in arguments)
        {
            if (argument.StartsWith("--repetitions=", StringComparison.Ordinal))
            {
                repetitions = int.Parse(argument["--repetitions=".Length..], CultureInfo.InvariantCulture);
            }
            else if (argument.StartsWith("--tries=", StringComparison.Ordinal))
            {
                QuietGuard.MaxTries = int.Parse(argument["--tries=".Length..], CultureInfo.InvariantCulture);
            }
            else if (argument.StartsWith(OnnxMemoryRow.Argument, StringComparison.Ordinal))
            {
                return await OnnxMemoryRow.RunAsync(argument[OnnxMemoryRow.Argument.Length..]);
            }
            else if (All.ContainsKey(argument))
            {
                names.Add(argument);
            }
            else
            {
                Console.Error.WriteLine(
                    $"There is no end-to-end benchmark '{argument}'. Usage: e2e [--repetitions=N] [--tries=N] [{string.Join(" | ", All.Keys)}]…"
                );
                return 2;
            }
        }

        foreach (var name in names.Count > 0 ? names : [.. All.Keys])
        {
            await All[name](new BenchmarkRun(name, repetitions));
        }

        return 0;
    }
}
