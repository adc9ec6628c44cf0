using LocalSlm.Benchmarks.EndToEnd.Measuring;
using Microsoft.Extensions.AI;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Later turns of a conversation: the time to the first token beside what the native library needs for that turn's new
/// tokens at the same depth.</summary>
internal static class TurnsBenchmark
{
    private const int FirstTurnTokens = 512;
    private const int NextTurnTokens = 60;
    private const int OutputTokens = 32;
    private const int Turns = 4;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var report = new Report(
            "Time to the first token of a later turn",
            $"First prompt {FirstTurnTokens} tokens, then {Turns} turns of about {NextTurnTokens} new tokens, replies {OutputTokens}, {Machine.Threads} threads; medians of {run.Repetitions} conversations × {Turns} turns, in turns.",
            "model",
            "cached tokens",
            "new tokens",
            "IChatClient, ms",
            "native prefill, ms",
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
        const int contextTokens = 2048;
        await using var client = await LoadedClient.LoadAsync(
            model,
            new ModelLoadOptions
            {
                ContextTokens = contextTokens,
                MaxConcurrentReplies = 1,
                CachedConversations = 1,
                Threads = Machine.Threads,
                AdaptThreads = false,
                FlashAttention = true,
            }
        );
        using var bare = new BareLoop(model, contextTokens, batchTokens: 512, Machine.Threads);
        var options = client.Exactly(OutputTokens, usesCache: true);
        List<ChatFigures> turns = [];
        List<double> ratios = [];
        List<double> natives = [];
        for (var conversation = -1; conversation < run.Repetitions; conversation++)
        {
            var history = client.Prompt(FirstTurnTokens, seed: conversation + 10);
            var turn = await ChatFigures.MeasureAsync(client.Client, history, options);
            for (var number = 0; number < Turns; number++)
            {
                history.Add(new ChatMessage(ChatRole.Assistant, turn.Text));
                history.Add(new ChatMessage(ChatRole.User, Question(client, (conversation * 10) + number + 500)));
                turn = await ChatFigures.MeasureAsync(client.Client, history, options);

                // Which tokens they are makes no difference to the time.
                var tokens = Enumerable.Range(0, turn.PromptTokens).Select(token => 100 + (token % 500)).ToArray();
                var native = await QuietGuard.MeasureAsync(() =>
                    Task.FromResult(bare.Append(tokens.AsSpan(0, turn.CachedTokens), tokens.AsSpan(turn.CachedTokens)))
                );
                if (turn.CachedTokens < FirstTurnTokens)
                {
                    throw new InvalidOperationException(
                        $"{model.Name}: {turn.CachedTokens} of {turn.PromptTokens} tokens were cached; {FirstTurnTokens} or more should be."
                    );
                }

                if (conversation >= 0)
                {
                    turns.Add(turn);
                    natives.Add(native.TotalMilliseconds);
                    ratios.Add(turn.TimeToFirst / native);
                }
            }
        }

        report.Add(
            model.Name,
            $"{turns.Min(turn => turn.CachedTokens)}–{turns.Max(turn => turn.CachedTokens)}",
            $"{turns.Min(turn => turn.PromptTokens - turn.CachedTokens)}–{turns.Max(turn => turn.PromptTokens - turn.CachedTokens)}",
            Report.Number(Median.Of(turns.Select(turn => turn.TimeToFirst.TotalMilliseconds))),
            Report.Number(Median.Of(natives)),
            Report.Ratio(Median.Of(ratios)),
            "≤ 1.15"
        );
    }

    private static string Question(LoadedClient client, int seed) =>
        PromptText.Make(NextTurnTokens - 10, seed, text => client.Encode(text).Length);
}
