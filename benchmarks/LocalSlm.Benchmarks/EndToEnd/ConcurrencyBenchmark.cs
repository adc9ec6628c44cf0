using System.Diagnostics;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using Microsoft.Extensions.AI;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Eight chats at once beside one.</summary>
internal static class ConcurrencyBenchmark
{
    private const int Chats = 8;
    private const int PromptTokens = 200;
    private const int SystemTokens = 150;
    private const int OutputTokens = 100;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var model = BenchmarkModel.Largest;
        var report = new Report(
            $"{Chats} chats at once beside one: {model.Name}",
            $"Prompts {PromptTokens} tokens, replies {OutputTokens}, greedy, {Machine.Threads} threads; output tokens/s of all chats together, medians of {run.Repetitions}, in turns. \"Decode\" counts from the moment when every chat has its first token to the moment when the first chat ends.",
            "prompts",
            "KV layout",
            "measure",
            "1 chat",
            $"{Chats} chats",
            "ratio",
            "target"
        );
        foreach (var layout in (KvCacheLayout[])[KvCacheLayout.Unified, KvCacheLayout.Split])
        {
            foreach (var isShared in (bool[])[false, true])
            {
                await MeasureAsync(run, model, layout, isShared, report);
            }
        }

        report.Print();
    }

    /// <summary>Runs chats beside each other.</summary>
    /// <returns>Output tokens per second over the whole time, and while all of them decode.</returns>
    internal static async Task<(double Whole, double Decode)> RunChatsAsync(
        LoadedClient client,
        IReadOnlyList<List<ChatMessage>> prompts,
        ChatOptions options
    )
    {
        var started = Stopwatch.GetTimestamp();
        var figures = await Task.WhenAll(
            prompts.Select(messages => Task.Run(() => ChatFigures.MeasureAsync(client.Client, messages, options)))
        );
        var ended = figures.Max(chat => chat.LastAt);
        var allRun = figures.Max(chat => chat.FirstAt);
        var oneEnds = figures.Min(chat => chat.LastAt);

        // Updates stand for tokens closely enough: a token without text of its own is rare.
        var tokens = figures.Sum(chat => chat.Times.Count(time => time > allRun && time <= oneEnds));
        return (
            figures.Sum(chat => chat.OutputTokens) / Stopwatch.GetElapsedTime(started, ended).TotalSeconds,
            tokens / Stopwatch.GetElapsedTime(allRun, oneEnds).TotalSeconds
        );
    }

    private static async Task MeasureAsync(
        BenchmarkRun run,
        BenchmarkModel model,
        KvCacheLayout layout,
        bool isShared,
        Report report
    )
    {
        await using var client = await LoadedClient.LoadAsync(
            model,
            new ModelLoadOptions
            {
                ContextTokens = 512,
                MaxConcurrentReplies = Chats,
                CachedConversations = 0,
                KvCacheLayout = layout,
                Threads = Machine.Threads,
                AdaptThreads = false,
            }
        );
        var options = client.Exactly(OutputTokens, usesCache: isShared);
        List<double> oneWhole = [];
        List<double> oneDecode = [];
        List<double> allWhole = [];
        List<double> allDecode = [];
        for (var round = 0; round < run.Repetitions; round++)
        {
            // New texts each time: nothing of an earlier round may be found in the cache.
            var seed = round * 100;
            string? System(int number) =>
                isShared ? PromptText.Make(SystemTokens, seed + number, text => client.Encode(text).Length) : null;
            var one = client.Prompt(PromptTokens, seed + 20, System(50));
            var system = System(51);
            var all = Enumerable
                .Range(0, Chats)
                .Select(chat => client.Prompt(PromptTokens, seed + chat, system))
                .ToArray();
            var (whole, decode) = await QuietGuard.MeasureAsync(() => RunChatsAsync(client, [one], options));
            oneWhole.Add(whole);
            oneDecode.Add(decode);
            (whole, decode) = await QuietGuard.MeasureAsync(() => RunChatsAsync(client, all, options));
            allWhole.Add(whole);
            allDecode.Add(decode);
        }

        AddRow("whole time", oneWhole, allWhole);
        AddRow("decode", oneDecode, allDecode);

        void AddRow(string measure, List<double> one, List<double> all) =>
            report.Add(
                isShared ? $"{SystemTokens} of {PromptTokens} shared" : "all different",
                layout.ToString(),
                measure,
                Report.Number(Median.Of(one)),
                Report.Number(Median.Of(all)),
                Report.Ratio(Median.Of(all) / Median.Of(one)),
                "≥ 2.0"
            );
    }
}
