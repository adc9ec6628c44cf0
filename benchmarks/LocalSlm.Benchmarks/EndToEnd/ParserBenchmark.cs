using System.Diagnostics;
using System.Text.Json;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Tools;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>How fast replies are told apart into text, reasoning and calls, for every format.</summary>
internal static class ParserBenchmark
{
    private const int TextCharacters = 2 << 20;

    private const string Sentence =
        "The quick brown fox jumps over the lazy dog; a < b, and {x} is [y]. \"Quoted\" text, too.\n";

    private static readonly int[] PieceLengths = [int.MaxValue, 20, 4];

    public static Task RunAsync(BenchmarkRun run)
    {
        var report = new Report(
            "Reply parsers",
            $"{TextCharacters >> 20} Mi characters of plain text with markers' first letters in it, MB/s (ASCII: a byte a character), one thread; medians of {run.Repetitions}.",
            "format",
            "in one piece",
            "20 characters a piece",
            "4 characters a piece",
            "target"
        );
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""");
        var input = new ReplyParserInput { Tools = [new ToolDescription("get_weather", "", schema.RootElement)] };
        var text = string.Concat(Enumerable.Repeat(Sentence, TextCharacters / Sentence.Length));
        foreach (var format in ToolFormats.All)
        {
            report.Add([
                format.Name,
                .. PieceLengths.Select(length => Measure(run, format, input, text, length)),
                "> 50",
            ]);
        }

        report.Print();
        return Task.CompletedTask;
    }

    private static string Measure(BenchmarkRun run, ToolFormat format, ReplyParserInput input, string text, int length)
    {
        var pieces = text.Chunk(Math.Min(length, text.Length)).Select(piece => new string(piece)).ToArray();
        var parts = new List<ReplyPart>();
        List<double> speeds = [];
        for (var round = 0; round <= run.Repetitions; round++)
        {
            var parser = format.CreateParser(input);
            var started = Stopwatch.GetTimestamp();
            foreach (var piece in pieces)
            {
                parser.Append(piece, parts);
                parts.Clear();
            }

            parser.Complete(parts);
            speeds.Add(text.Length / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e6);
        }

        // The first round compiles code, too.
        return Report.Number(Median.Of(speeds.Skip(1)));
    }
}
