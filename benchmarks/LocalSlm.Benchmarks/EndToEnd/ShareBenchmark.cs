using System.Diagnostics;
using LocalSlm.Benchmarks.EndToEnd.Measuring;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Two models of one process that decode at once, beside each of them alone: how much of each rate is left, and how soon one
/// is back at its own rate after the other has stopped.</summary>
internal static class ShareBenchmark
{
    private const int PromptTokens = 64;
    private const int LongTokens = 600;
    private const int ShortTokens = 200;

    /// <summary>A rate is taken over so many tokens when the return to it is looked for.</summary>
    private const int RateTokens = 16;

    private const double BackAt = 0.9;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var gguf = BenchmarkModel.Largest;
        var onnx = BenchmarkModel.SmolLm2Onnx ?? BenchmarkModel.MiniMindOnnx;
        var report = new Report(
            "Two models of one process that decode at once, beside each alone",
            $"ONNX Runtime {OnnxBareLoop.Version}. Prompts {PromptTokens} tokens, greedy, default options, {Machine.Threads} threads. One replies with {LongTokens} tokens, the other with {ShortTokens}, and the other way round; share: rate while both decode ÷ rate alone over the very same tokens. Back: from the short reply's last token to {BackAt:P0} of the rate alone over {RateTokens} tokens. Medians of {run.Repetitions}, in turns; worst in brackets.",
            "models",
            "alone, tokens/s",
            "share of the first",
            "of the second",
            "sum",
            "target",
            "back after, ms",
            "target"
        );
        foreach (var (first, second) in new[] { (gguf, gguf), (onnx, onnx), (gguf, onnx) })
        {
            await MeasureAsync(run, first, second, report);
        }

        report.Print();
    }

    private static async Task MeasureAsync(BenchmarkRun run, BenchmarkModel first, BenchmarkModel second, Report report)
    {
        await using var a = await LoadAsync(first);
        await using var b = await LoadAsync(second);
        List<double> aloneA = [];
        List<double> aloneB = [];
        List<double> shareA = [];
        List<double> shareB = [];
        List<double> sums = [];
        List<double> back = [];
        for (var round = -1; round < run.Repetitions; round++)
        {
            var ofA = await QuietGuard.MeasureAsync(() => ReplyAsync(a, LongTokens));
            var ofB = await QuietGuard.MeasureAsync(() => ReplyAsync(b, LongTokens));
            var aIsLong = await QuietGuard.MeasureAsync(() => TogetherAsync(a, b, ofA, ofB));
            var bIsLong = await QuietGuard.MeasureAsync(() => TogetherAsync(b, a, ofB, ofA));
            if (round < 0)
            {
                continue;
            }

            aloneA.Add(ofA.DecodeRate);
            aloneB.Add(ofB.DecodeRate);
            shareA.AddRange([aIsLong.Long, bIsLong.Short]);
            shareB.AddRange([aIsLong.Short, bIsLong.Long]);
            sums.AddRange([aIsLong.Long + aIsLong.Short, bIsLong.Long + bIsLong.Short]);
            back.AddRange([aIsLong.BackAfter.TotalMilliseconds, bIsLong.BackAfter.TotalMilliseconds]);
        }

        report.Add(
            $"{first.Name} + {second.Name}",
            $"{Report.Number(Median.Of(aloneA))}, {Report.Number(Median.Of(aloneB))}",
            Report.Ratio(Median.Of(shareA)),
            Report.Ratio(Median.Of(shareB)),
            $"{Report.Ratio(Median.Of(sums))} ({Report.Ratio(sums.Min())})",
            "≥ 1.1",
            $"{Report.Number(Median.Of(back))} ({Report.Number(back.Max())})",
            "≤ 1000"
        );
    }

    private static Task<LoadedClient> LoadAsync(BenchmarkModel model) =>
        LoadedClient.LoadAsync(
            model,
            new ModelLoadOptions
            {
                ContextTokens = 1024,
                MaxConcurrentReplies = 1,
                CachedConversations = 0,
            }
        );

    private static Task<ChatFigures> ReplyAsync(LoadedClient client, int tokens) =>
        ChatFigures.MeasureAsync(client.Client, client.Prompt(PromptTokens, seed: 5), client.Exactly(tokens));

    private static async Task<Figures> TogetherAsync(
        LoadedClient longer,
        LoadedClient shorter,
        ChatFigures longerAlone,
        ChatFigures shorterAlone
    )
    {
        var both = await Task.WhenAll(
            Task.Run(() => ReplyAsync(longer, LongTokens)),
            Task.Run(() => ReplyAsync(shorter, ShortTokens))
        );
        var start = both.Max(reply => reply.FirstAt);
        var end = both.Min(reply => reply.LastAt);
        return new Figures(
            ShareOf(both[0].Times, longerAlone.Times, start, end),
            ShareOf(both[1].Times, shorterAlone.Times, start, end),
            BackAfter(both[0].Times, longerAlone.Times, both[1].LastAt)
        );
    }

    /// <summary>How long the same tokens took alone ÷ how long they took in a stretch of time.</summary>
    private static double ShareOf(IReadOnlyList<long> together, IReadOnlyList<long> alone, long start, long end)
    {
        var from = IndexAt(together, start);
        var to = IndexAt(together, end + 1) - 1;
        return to <= from ? 0 : (double)(alone[to] - alone[from]) / (together[to] - together[from]);
    }

    private static TimeSpan BackAfter(IReadOnlyList<long> together, IReadOnlyList<long> alone, long end)
    {
        var last = Math.Min(together.Count, alone.Count) - RateTokens;
        for (var i = IndexAt(together, end); i < last; i++)
        {
            var now = together[i + RateTokens] - together[i];
            if (alone[i + RateTokens] - alone[i] >= BackAt * now)
            {
                return Stopwatch.GetElapsedTime(end, together[i]);
            }
        }

        return TimeSpan.MaxValue;
    }

    private static int IndexAt(IReadOnlyList<long> times, long time)
    {
        var index = 0;
        while (index < times.Count && times[index] < time)
        {
            index++;
        }

        return index;
    }

    /// <summary>What one reply beside another took.</summary>
    /// <param name="Long">The longer reply's share of its own rate.</param>
    /// <param name="Short">The shorter reply's.</param>
    /// <param name="BackAfter">When the longer one was back at its own rate.</param>
    private readonly record struct Figures(double Long, double Short, TimeSpan BackAfter);
}
