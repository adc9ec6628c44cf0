using LocalSlm.Benchmarks.EndToEnd.Measuring;
using Microsoft.Extensions.AI;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Managed memory per generated token on the real runtime, everything in the process counted.</summary>
internal static class AllocationsBenchmark
{
    private const int PromptTokens = 64;
    private const int OutputTokens = 1500;
    private const int Skipped = 200;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var model = BenchmarkModel.MiniMind;
        var report = new Report(
            $"Managed memory per generated token: {model.Name}",
            $"Prompt {PromptTokens} tokens, reply {OutputTokens}, the first {Skipped} not counted; all allocations of the process; medians of {run.Repetitions}.",
            "what",
            "bytes per token",
            "target"
        );
        var options = new ModelLoadOptions
        {
            ContextTokens = 2048,
            MaxConcurrentReplies = 1,
            CachedConversations = 0,
            Threads = Machine.Threads,
        };
        int[] prompt;
        await using (var client = await LoadedClient.LoadAsync(model, options))
        {
            var messages = client.Prompt(PromptTokens, seed: 4);
            prompt = client.Encode(messages[0].Text);
            List<double> bytes = [];
            for (var round = -1; round < run.Repetitions; round++)
            {
                var used = await StreamAsync(client, messages, OutputTokens, Skipped);
                if (round >= 0)
                {
                    bytes.Add(used);
                }
            }

            report.Add("IChatClient, streaming", Report.Number(Median.Of(bytes)), "≤ 400");
        }

        using (var engine = await LoadedEngine.LoadAsync(model, options))
        {
            List<double> bytes = [];
            for (var round = -1; round < run.Repetitions; round++)
            {
                var used = await engine.AllocateAsync(prompt, OutputTokens, Skipped);
                if (round >= 0)
                {
                    bytes.Add(used);
                }
            }

            report.Add("engine below the client", Report.Number(Median.Of(bytes)), "0");
        }

        report.Print();
    }

    /// <summary>Measures what the process allocates while a reply is read.</summary>
    /// <returns>Bytes for each token after the first few.</returns>
    internal static async Task<double> StreamAsync(
        LoadedClient client,
        List<ChatMessage> messages,
        int outputTokens,
        int skipped
    )
    {
        var updates = 0;
        long before = 0;
        await foreach (var _ in client.Client.GetStreamingResponseAsync(messages, client.Exactly(outputTokens)))
        {
            if (++updates == skipped)
            {
                before = GC.GetTotalAllocatedBytes(precise: true);
            }
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / (outputTokens - skipped);
    }
}
