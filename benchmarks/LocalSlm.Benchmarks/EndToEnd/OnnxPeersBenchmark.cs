using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Benchmarks.EndToEnd.Peers;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>One stream over ONNX Runtime through <c>IChatClient</c>, beside transformers.js: the same folder, the same prompt tokens, the
/// same number of reply tokens, greedy, the same threads, in turns within one run.</summary>
internal static class OnnxPeersBenchmark
{
    private const int OutputTokens = 256;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var model = BenchmarkModel.MiniMindOnnx;
        using var peer = await TransformersPeer.StartChatAsync(model.Path, Machine.Threads);
        await using var ours = await LoadedClient.LoadAsync(model, OnnxBenchmark.SingleStream());
        var report = new Report(
            $"One stream: IChatClient beside transformers.js {peer.Version}: {model.Name}",
            $"Reply {OutputTokens} tokens, greedy, {Machine.Threads} threads; tokens/s, medians of {run.Repetitions}, in turns. \"Same\": how many characters of the reply the two sides share from the start, and how many it has.",
            "prompt tokens",
            "measure",
            "IChatClient",
            "transformers.js",
            "ratio",
            "target",
            "same"
        );
        foreach (var promptTokens in (int[])[32, 256])
        {
            await MeasureAsync(run, ours, peer, promptTokens, report);
        }

        report.Print();
    }

    private static async Task MeasureAsync(
        BenchmarkRun run,
        LoadedClient ours,
        TransformersPeer peer,
        int promptTokens,
        Report report
    )
    {
        var options = ours.Exactly(OutputTokens, isRaw: true);
        var messages = ours.Prompt(promptTokens, seed: 1, options: options);
        var prompt = ours.Encode(messages[0].Text);
        List<double> ourPrefill = [];
        List<double> ourDecode = [];
        List<double> peerPrefill = [];
        List<double> peerDecode = [];
        var ourText = "";
        var peerText = "";
        for (var round = -1; round < run.Repetitions; round++)
        {
            for (var side = 0; side < 2; side++)
            {
                await (((round + 1 + side) % 2) == 0 ? OursAsync() : TheirsAsync());
            }

            if (round < 0)
            {
                // The first round warms up code, files and caches.
                Array.ForEach([ourPrefill, ourDecode, peerPrefill, peerDecode], list => list.Clear());
            }
        }

        var same = ourText.AsSpan().CommonPrefixLength(peerText);
        AddRow("decode", ourDecode, peerDecode, "≥ 1.20");
        AddRow("prefill", ourPrefill, peerPrefill, "");

        async Task OursAsync()
        {
            var figures = await QuietGuard.MeasureAsync(() => ChatFigures.MeasureAsync(ours.Client, messages, options));
            Check(figures.PromptTokens == prompt.Length && figures.OutputTokens == OutputTokens);
            ourText = figures.Text;
            ourPrefill.Add(figures.PrefillRate);
            ourDecode.Add(figures.DecodeRate);
        }

        async Task TheirsAsync()
        {
            var (prefill, decode, reply, text) = await QuietGuard.MeasureAsync(
                () => peer.GenerateAsync(prompt, OutputTokens),
                peer.Process
            );
            Check(reply.Length == OutputTokens);
            peerText = text;
            peerPrefill.Add(prompt.Length / prefill.TotalSeconds);
            peerDecode.Add((OutputTokens - 1) / decode.TotalSeconds);
        }

        void AddRow(string measure, List<double> our, List<double> theirs, string target) =>
            report.Add(
                prompt.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
                measure,
                Report.Number(Median.Of(our)),
                Report.Number(Median.Of(theirs)),
                Report.Ratio(Median.Of(our) / Median.Of(theirs)),
                target,
                $"{same} of {ourText.Length}"
            );
    }

    private static void Check(bool isAlike)
    {
        if (!isAlike)
        {
            throw new InvalidOperationException("The two sides did not do the same work.");
        }
    }
}
