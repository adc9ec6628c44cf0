using System.Diagnostics;
using System.Text.Json;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Testing;

namespace LocalSlm.Benchmarks.EndToEnd.Constraints;

/// <summary>How long schemas take to compile, from JSON to an automaton, over the golden ones.</summary>
internal static class CompileFigures
{
    public static void Measure(BenchmarkRun run)
    {
        var path = Path.Combine(TestAssets.GoldenFolder ?? "", "jsonschema", "schemas.json");
        if (!File.Exists(path))
        {
            Console.WriteLine("Compile times: the golden schemas are not there.");
            return;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var schemas = document
            .RootElement.GetProperty("schemas")
            .EnumerateArray()
            .Select(entry => entry.GetProperty("schema"));
        List<double> times = [];
        foreach (var schema in schemas)
        {
            List<double> rounds = [];
            for (var round = 0; round <= run.Repetitions; round++)
            {
                var started = Stopwatch.GetTimestamp();
                try
                {
                    CompiledGrammar.Compile(JsonSchemaCompiler.Compile(schema, new JsonSchemaSettings()));
                }
                catch (UnsupportedSchemaException)
                {
                    break;
                }

                rounds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            if (rounds.Count > 0)
            {
                // The first round compiles code, too.
                times.Add(Median.Of(rounds.Skip(1)));
            }
        }

        var report = new Report(
            "Compiling schemas",
            $"{times.Count} golden schemas that are not refused, from parsed JSON to an automaton; medians of {run.Repetitions} rounds, the first of each left out.",
            "",
            "ms",
            "target"
        );
        report.Add("median", Report.Number(Median.Of(times)), "< 5");
        report.Add("slowest", Report.Number(times.Max()), "< 200");
        report.Print();
    }
}
