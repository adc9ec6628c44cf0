using System.Diagnostics;
using LocalSlm.Benchmarks.EndToEnd.Measuring;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>What a running chat feels while another one brings a long prompt.</summary>
internal static class JoinBenchmark
{
    private const int LongPromptTokens = 4000;
    private const int ShortPromptTokens = 50;
    private const int UpdatesBefore = 50;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var repetitions = Math.Min(run.Repetitions, 3);
        var report = new Report(
            $"A prompt of {LongPromptTokens} tokens joins a running chat",
            $"The running chat has a prompt of {ShortPromptTokens} tokens; batch 512, {Machine.Threads} threads; medians of {repetitions}. The gap is the time between two updates of the running chat.",
            "model",
            "PrefillChunkTokens",
            "usual gap, ms",
            "median gap meanwhile, ms",
            "longest gap, ms",
            "longest ÷ usual",
            "joining chat's first token, s"
        );
        foreach (var model in BenchmarkModel.All)
        {
            foreach (var chunk in (int[])[32, 64, 128, 256, 512])
            {
                await MeasureAsync(repetitions, model, chunk, report);
            }
        }

        report.Print();
    }

    private static async Task MeasureAsync(int repetitions, BenchmarkModel model, int chunk, Report report)
    {
        await using var client = await LoadedClient.LoadAsync(
            model,
            new ModelLoadOptions
            {
                ContextTokens = 4608,
                MaxConcurrentReplies = 2,
                CachedConversations = 0,
                PrefillChunkTokens = chunk,
                Threads = Machine.Threads,
                AdaptThreads = false,
            }
        );
        var longPrompt = client.Prompt(LongPromptTokens, seed: 1);
        var shortPrompt = client.Prompt(ShortPromptTokens, seed: 2);
        List<(double Usual, double Meanwhile, double Longest, double First)> results = [];
        for (var round = 0; round < repetitions; round++)
        {
            results.Add(
                await QuietGuard.MeasureAsync(async () =>
                {
                    using var end = new CancellationTokenSource();
                    Task<ChatFigures>? joining = null;
                    var running = await ChatFigures.MeasureAsync(
                        client.Client,
                        shortPrompt,
                        client.Exactly(4400),
                        updates =>
                        {
                            if (updates == UpdatesBefore)
                            {
                                joining = Task.Run(() =>
                                    ChatFigures.MeasureAsync(client.Client, longPrompt, client.Exactly(2))
                                );
                            }
                            else if (joining is { IsCompleted: true })
                            {
                                end.Cancel();
                            }
                        },
                        end.Token
                    );
                    var joined = await joining!;
                    var before = Gaps(running, running.StartedAt, joined.StartedAt);
                    var meanwhile = Gaps(running, joined.StartedAt, joined.FirstAt);
                    return (
                        Median.Of(before),
                        Median.Of(meanwhile),
                        meanwhile.DefaultIfEmpty(double.NaN).Max(),
                        joined.TimeToFirst.TotalSeconds
                    );
                })
            );
        }

        var (usual, longest) = (
            Median.Of(results.Select(result => result.Usual)),
            Median.Of(results.Select(result => result.Longest))
        );
        report.Add(
            model.Name,
            chunk.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Report.Number(usual),
            Report.Number(Median.Of(results.Select(result => result.Meanwhile))),
            Report.Number(longest),
            Report.Number(longest / usual),
            Report.Number(Median.Of(results.Select(result => result.First)))
        );
    }

    // Milliseconds between updates of which the later one fell into a span of time.
    private static List<double> Gaps(ChatFigures chat, long from, long to)
    {
        List<double> gaps = [];
        for (var i = 1; i < chat.Times.Count; i++)
        {
            if (chat.Times[i] > from && chat.Times[i] <= to)
            {
                gaps.Add(Stopwatch.GetElapsedTime(chat.Times[i - 1], chat.Times[i]).TotalMilliseconds);
            }
        }

        return gaps;
    }
}
