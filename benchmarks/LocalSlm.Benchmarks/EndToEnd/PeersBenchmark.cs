using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Benchmarks.EndToEnd.Peers;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>One stream through <c>IChatClient</c>, beside node-llama-cpp and beside a bare native loop: the same prompt tokens, the
/// same number of reply tokens, greedy, the same threads, context and flash attention, in turns within one run.</summary>
internal static class PeersBenchmark
{
    private const int PromptTokens = 256;
    private const int OutputTokens = 256;
    private const int ContextTokens = 1024;
    private const int BatchTokens = 512;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var report = new Report(
            "One stream: IChatClient beside node-llama-cpp 3.21.1 and a bare native loop",
            $"Prompt {PromptTokens} tokens, reply {OutputTokens}, greedy, {Machine.Threads} threads, context {ContextTokens}, batch {BatchTokens}, flash attention; tokens/s, medians of {run.Repetitions}, in turns.",
            "model",
            "measure",
            "IChatClient",
            "node-llama-cpp",
            "ratio",
            "target",
            "bare loop",
            "ratio",
            "target"
        );
        foreach (var model in BenchmarkModel.All)
        {
            await MeasureAsync(run, model, report);
        }

        report.Print();
    }

    private static async Task MeasureAsync(BenchmarkRun run, BenchmarkModel model, Report report)
    {
        await using var ours = await LoadedClient.LoadAsync(model, SingleStream());
        using var peer = await NodePeer.StartAsync(model, Machine.Threads, ContextTokens, BatchTokens);
        using var bare = new BareLoop(model, ContextTokens, BatchTokens, Machine.Threads);
        var options = ours.Exactly(OutputTokens, isRaw: true);
        var messages = ours.Prompt(PromptTokens, seed: 1, options: options);
        var prompt = ours.Encode(messages[0].Text);
        var bareReply = new int[OutputTokens];
        List<double> ourPrefill = [];
        List<double> ourDecode = [];
        List<double> peerPrefill = [];
        List<double> peerDecode = [];
        List<double> barePrefill = [];
        List<double> bareDecode = [];
        Func<Task>[] sides =
        [
            async () =>
            {
                var figures = await QuietGuard.MeasureAsync(() =>
                    ChatFigures.MeasureAsync(ours.Client, messages, options)
                );
                Check(model, figures.PromptTokens == prompt.Length && figures.OutputTokens == OutputTokens);
                ourPrefill.Add(figures.PrefillRate);
                ourDecode.Add(figures.DecodeRate);
            },
            async () =>
            {
                var (prefill, decode, reply) = await QuietGuard.MeasureAsync(
                    () => peer.GenerateAsync(prompt, OutputTokens),
                    peer.Process
                );
                Check(model, reply.Length == OutputTokens);
                peerPrefill.Add(prompt.Length / prefill.TotalSeconds);
                peerDecode.Add((OutputTokens - 1) / decode.TotalSeconds);
            },
            async () =>
            {
                var (prefill, decode) = await QuietGuard.MeasureAsync(() =>
                    Task.FromResult(bare.Generate(prompt, OutputTokens, bareReply))
                );
                barePrefill.Add(prompt.Length / prefill.TotalSeconds);
                bareDecode.Add((OutputTokens - 1) / decode.TotalSeconds);
            },
        ];
        for (var round = -1; round < run.Repetitions; round++)
        {
            for (var side = 0; side < sides.Length; side++)
            {
                await sides[(round + 1 + side) % sides.Length]();
            }

            if (round < 0)
            {
                // The first round warms up code, files and caches.
                Array.ForEach(
                    [ourPrefill, ourDecode, peerPrefill, peerDecode, barePrefill, bareDecode],
                    list => list.Clear()
                );
            }
        }

        AddRow("decode", ourDecode, peerDecode, "≥ 1.05", bareDecode);
        AddRow("prefill", ourPrefill, peerPrefill, "≥ 1.00", barePrefill);

        void AddRow(string measure, List<double> our, List<double> peers, string target, List<double> bares) =>
            report.Add(
                model.Name,
                measure,
                Report.Number(Median.Of(our)),
                Report.Number(Median.Of(peers)),
                Report.Ratio(Median.Of(our) / Median.Of(peers)),
                target,
                Report.Number(Median.Of(bares)),
                Report.Ratio(Median.Of(our) / Median.Of(bares)),
                "≥ 0.97"
            );
    }

    /// <summary>One conversation at a time and a fixed thread count, as the others have.</summary>
    internal static ModelLoadOptions SingleStream() =>
        new()
        {
            ContextTokens = ContextTokens,
            MaxConcurrentReplies = 1,
            CachedConversations = 0,
            Threads = Machine.Threads,
            AdaptThreads = false,
            FlashAttention = true,
            BatchTokens = BatchTokens,
        };

    private static void Check(BenchmarkModel model, bool isAlike)
    {
        if (!isAlike)
        {
            throw new InvalidOperationException($"{model.Name}: the two sides did not do the same work.");
        }
    }
}
