using System.Diagnostics;
using LocalSlm.Benchmarks.EndToEnd.Measuring;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>A thread count that follows the load of the machine beside a fixed one, on a quiet machine and while another process
/// burns a core.</summary>
internal static class ThreadsBenchmark
{
    private const int PromptTokens = 64;
    private const int OutputTokens = 200;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(BenchmarkRun run)
    {
        var model = BenchmarkModel.Largest;
        var report = new Report(
            $"Threads that follow the load: {model.Name}",
            $"Prompt {PromptTokens} tokens, reply {OutputTokens} or what came in {s_longest.TotalSeconds} s, {Machine.Threads} threads; decode tokens/s, medians of {run.Repetitions}, in turns. The burner is one busy process in a session of its own.",
            "machine",
            "fixed",
            "adaptive",
            "ratio",
            "target"
        );
        await using var steady = await LoadAsync(model, adapts: false);
        await using var adaptive = await LoadAsync(model, adapts: true);
        await MeasureAsync(steady);
        await MeasureAsync(adaptive);
        List<double> fixedQuiet = [];
        List<double> adaptiveQuiet = [];
        List<double> fixedBurnt = [];
        List<double> adaptiveBurnt = [];
        for (var round = 0; round < run.Repetitions; round++)
        {
            fixedQuiet.Add(await QuietGuard.MeasureAsync(() => MeasureAsync(steady)));
            adaptiveQuiet.Add(await QuietGuard.MeasureAsync(() => MeasureAsync(adaptive)));
        }

        using (CoreBurner.Start())
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            for (var round = 0; round < Math.Min(run.Repetitions, 5); round++)
            {
                fixedBurnt.Add(await MeasureAsync(steady));
                adaptiveBurnt.Add(await MeasureAsync(adaptive));
            }
        }

        var (quiet, follows) = (Median.Of(fixedQuiet), Median.Of(adaptiveQuiet));
        var (burnt, followsBurnt) = (Median.Of(fixedBurnt), Median.Of(adaptiveBurnt));
        report.Add(
            "quiet",
            Report.Number(quiet),
            Report.Number(follows),
            $"{Report.Ratio(follows / quiet)} of fixed",
            "≥ 0.97"
        );
        report.Add(
            "one core burned",
            Report.Number(burnt),
            Report.Number(followsBurnt),
            $"{Report.Ratio(followsBurnt / quiet)} of fixed, quiet",
            "≥ 0.5"
        );
        report.Print();
    }

    private static Task<LoadedClient> LoadAsync(BenchmarkModel model, bool adapts) =>
        LoadedClient.LoadAsync(
            model,
            new ModelLoadOptions
            {
                ContextTokens = 512,
                MaxConcurrentReplies = 1,
                CachedConversations = 0,
                Threads = Machine.Threads,
                AdaptThreads = adapts,
            }
        );

    private static async Task<double> MeasureAsync(LoadedClient client)
    {
        using var end = new CancellationTokenSource();
        var figures = await ChatFigures.MeasureAsync(
            client.Client,
            client.Prompt(PromptTokens, seed: 3),
            client.Exactly(OutputTokens),
            updates =>
            {
                if (updates == 1)
                {
                    end.CancelAfter(s_longest);
                }
            },
            end.Token
        );
        return end.IsCancellationRequested ? figures.OutputTokens / s_longest.TotalSeconds : figures.DecodeRate;
    }
}
