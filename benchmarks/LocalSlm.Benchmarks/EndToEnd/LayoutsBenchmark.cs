using LocalSlm.Benchmarks.EndToEnd.Measuring;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Unified against split KV memory with eight chats, short and long: what <see cref="KvCacheLayout.Automatic"/> rests on.</summary>
internal static class LayoutsBenchmark
{
    private const int Chats = 8;
    private const int OutputTokens = 100;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var model = BenchmarkModel.Largest;
        var report = new Report(
            $"KV layouts with {Chats} chats: {model.Name}",
            $"Prompts all different, replies {OutputTokens}, greedy, {Machine.Threads} threads; output tokens/s of all chats together, medians of {run.Repetitions}, in turns.",
            "prompt tokens",
            "measure",
            "Unified",
            "Split",
            "Split ÷ Unified"
        );
        await using var unified = await LoadAsync(model, KvCacheLayout.Unified);
        await using var split = await LoadAsync(model, KvCacheLayout.Split);
        foreach (var promptTokens in (int[])[200, 500, 1000])
        {
            await MeasureAsync(run, unified, split, promptTokens, report);
        }

        report.Print();
    }

    private static async Task MeasureAsync(
        BenchmarkRun run,
        LoadedClient unified,
        LoadedClient split,
        int promptTokens,
        Report report
    )
    {
        List<(double Whole, double Decode)> ofUnified = [];
        List<(double Whole, double Decode)> ofSplit = [];
        var options = unified.Exactly(OutputTokens);
        for (var round = 0; round < run.Repetitions; round++)
        {
            var prompts = Enumerable
                .Range(0, Chats)
                .Select(chat => unified.Prompt(promptTokens, (round * 100) + chat))
                .ToArray();
            ofUnified.Add(
                await QuietGuard.MeasureAsync(() => ConcurrencyBenchmark.RunChatsAsync(unified, prompts, options))
            );
            ofSplit.Add(
                await QuietGuard.MeasureAsync(() => ConcurrencyBenchmark.RunChatsAsync(split, prompts, options))
            );
        }

        AddRow("whole time", figure => figure.Whole);
        AddRow("decode", figure => figure.Decode);

        void AddRow(string measure, Func<(double Whole, double Decode), double> pick)
        {
            var (left, right) = (Median.Of(ofUnified.Select(pick)), Median.Of(ofSplit.Select(pick)));
            report.Add(
                promptTokens.ToString(System.Globalization.CultureInfo.InvariantCulture),
                measure,
                Report.Number(left),
                Report.Number(right),
                Report.Ratio(right / left)
            );
        }
    }

    private static Task<LoadedClient> LoadAsync(BenchmarkModel model, KvCacheLayout layout) =>
        LoadedClient.LoadAsync(
            model,
            new ModelLoadOptions
            {
                ContextTokens = 1280,
                MaxConcurrentReplies = Chats,
                CachedConversations = 0,
                KvCacheLayout = layout,
                Threads = Machine.Threads,
                AdaptThreads = false,
            }
        );
}
