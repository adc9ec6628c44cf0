using LocalSlm.Benchmarks.EndToEnd.Measuring;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>ONNX Runtime through <c>IChatClient</c>: beside a bare loop over the same graph, eight chats beside one, managed memory, and
/// beside the same weights as GGUF.</summary>
internal static class OnnxBenchmark
{
    private const int PromptTokens = 256;
    private const int OutputTokens = 256;
    private const int ContextTokens = 1024;
    private const int Chats = 8;
    private const int AllocationTokens = 800;
    private const int SkippedTokens = 200;

    // genai_config.json of SmolLM2-135M.
    private const int Heads = 3;
    private const int HeadSize = 64;

    public static async Task RunAsync(BenchmarkRun run)
    {
        if (BenchmarkModel.SmolLm2Onnx is not { } model || BenchmarkModel.SmolLm2 is not { } gguf)
        {
            Console.WriteLine("onnx: skipped, the shared models folder is absent.");
            return;
        }

        await CompareAsync(run, model, gguf);
        await ChatAsync(run, model);
        await AllocateAsync(run, model);
    }

    private static async Task CompareAsync(BenchmarkRun run, BenchmarkModel model, BenchmarkModel gguf)
    {
        var report = new Report(
            $"One stream on ONNX Runtime {OnnxBareLoop.Version}: IChatClient beside a bare loop, and beside the same weights as GGUF",
            $"Prompt {PromptTokens} tokens, reply {OutputTokens}, greedy, {Machine.Threads} threads, context {ContextTokens}; tokens/s, medians of {run.Repetitions}, in turns.",
            "measure",
            model.Name,
            "bare loop",
            "ratio",
            "target",
            gguf.Name,
            "ONNX ÷ GGUF"
        );
        var single = SingleStream();
        var forGguf = SingleStream();
        forGguf.FlashAttention = true;
        await using var ours = await LoadedClient.LoadAsync(model, single);
        await using var theirs = await LoadedClient.LoadAsync(gguf, forGguf);
        using var bare = new OnnxBareLoop(model, ContextTokens, Heads, HeadSize, Machine.Threads);
        var prompt = Array.Empty<int>();
        List<double>[] prefill =
        [
            [],
            [],
            [],
        ];
        List<double>[] decode =
        [
            [],
            [],
            [],
        ];
        for (var round = -1; round < run.Repetitions; round++)
        {
            for (var side = 0; side < 3; side++)
            {
                var which = (round + 1 + side) % 3;
                var (prefillRate, decodeRate) =
                    which == 1 ? await BareAsync() : await ClientAsync(which == 0 ? ours : theirs);
                if (round >= 0)
                {
                    prefill[which].Add(prefillRate);
                    decode[which].Add(decodeRate);
                }
            }
        }

        AddRow("decode", decode, "≥ 0.97");
        AddRow("prefill", prefill, "");
        report.Print();

        async Task<(double, double)> ClientAsync(LoadedClient client)
        {
            var options = client.Exactly(OutputTokens, isRaw: true);
            var messages = client.Prompt(PromptTokens, seed: 1, options: options);
            prompt = client.Encode(messages[0].Text);
            var figures = await QuietGuard.MeasureAsync(() =>
                ChatFigures.MeasureAsync(client.Client, messages, options)
            );
            return figures.OutputTokens == OutputTokens && figures.PromptTokens == prompt.Length
                ? (figures.PrefillRate, figures.DecodeRate)
                : throw new InvalidOperationException("The sides did not do the same work.");
        }

        async Task<(double, double)> BareAsync()
        {
            var (first, rest) = await QuietGuard.MeasureAsync(() =>
                Task.FromResult(bare.Generate(prompt, OutputTokens))
            );
            return (prompt.Length / first.TotalSeconds, (OutputTokens - 1) / rest.TotalSeconds);
        }

        void AddRow(string measure, List<double>[] rates, string target) =>
            report.Add(
                measure,
                Report.Number(Median.Of(rates[0])),
                Report.Number(Median.Of(rates[1])),
                Report.Ratio(Median.Of(rates[0]) / Median.Of(rates[1])),
                target,
                Report.Number(Median.Of(rates[2])),
                Report.Ratio(Median.Of(rates[0]) / Median.Of(rates[2]))
            );
    }

    private static async Task ChatAsync(BenchmarkRun run, BenchmarkModel model)
    {
        var report = new Report(
            $"{Chats} chats at once beside one: {model.Name}",
            $"Prompts 200 tokens, all different, replies 100, greedy, {Machine.Threads} threads; output tokens/s of all chats together, medians of {run.Repetitions}, in turns. \"Decode\" counts from the moment when every chat has its first token to the moment when the first chat ends.",
            "measure",
            "1 chat",
            $"{Chats} chats",
            "ratio",
            "target"
        );
        var options = SingleStream();
        options.ContextTokens = 512;
        options.CacheTokens = 512 * Chats;
        options.MaxConcurrentReplies = Chats;
        await using var client = await LoadedClient.LoadAsync(model, options);
        var chat = client.Exactly(outputTokens: 100);
        List<double>[] one =
        [
            [],
            [],
        ];
        List<double>[] all =
        [
            [],
            [],
        ];
        for (var round = 0; round < run.Repetitions; round++)
        {
            // New texts each time: nothing of an earlier round may be found in the cache.
            var seed = round * 100;
            await MeasureAsync([client.Prompt(200, seed + 20)], one);
            await MeasureAsync(
                [.. Enumerable.Range(0, Chats).Select(number => client.Prompt(200, seed + number))],
                all
            );
        }

        AddRow("whole time", 0);
        AddRow("decode", 1);
        report.Print();

        async Task MeasureAsync(List<List<Microsoft.Extensions.AI.ChatMessage>> prompts, List<double>[] into)
        {
            var (whole, decode) = await QuietGuard.MeasureAsync(() =>
                ConcurrencyBenchmark.RunChatsAsync(client, prompts, chat)
            );
            into[0].Add(whole);
            into[1].Add(decode);
        }

        void AddRow(string measure, int index) =>
            report.Add(
                measure,
                Report.Number(Median.Of(one[index])),
                Report.Number(Median.Of(all[index])),
                Report.Ratio(Median.Of(all[index]) / Median.Of(one[index])),
                index == 1 ? "≥ 2.0" : ""
            );
    }

    private static async Task AllocateAsync(BenchmarkRun run, BenchmarkModel shared)
    {
        var report = new Report(
            "Managed memory per generated token on ONNX Runtime",
            $"Prompt 64 tokens, reply {AllocationTokens}, the first {SkippedTokens} not counted; all allocations of the process; medians of {run.Repetitions}.",
            "model",
            "keys and values",
            "bytes per token",
            "target"
        );
        foreach (
            var (model, way, target) in new[]
            {
                (shared, "one buffer", "≤ 400"),
                (BenchmarkModel.MiniMindOnnx, "copied", ""),
            }
        )
        {
            await using var client = await LoadedClient.LoadAsync(model, SingleStream());
            var messages = client.Prompt(64, seed: 4);
            List<double> bytes = [];
            for (var round = -1; round < run.Repetitions; round++)
            {
                var used = await AllocationsBenchmark.StreamAsync(client, messages, AllocationTokens, SkippedTokens);
                if (round >= 0)
                {
                    bytes.Add(used);
                }
            }

            report.Add(model.Name, way, Report.Number(Median.Of(bytes)), target);
        }

        report.Print();
    }

    internal static ModelLoadOptions SingleStream() =>
        new()
        {
            ContextTokens = ContextTokens,
            MaxConcurrentReplies = 1,
            CachedConversations = 0,
            Threads = Machine.Threads,
            AdaptThreads = false,
        };
}
