using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Gguf;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Where the time of a token goes, layer by layer, on the model with the shortest steps.</summary>
internal static class OverheadBenchmark
{
    private const int PromptTokens = 64;
    private const int OutputTokens = 512;
    private const int ContextTokens = 1024;

    /// <summary>Single steps are short and the reader may see two tokens at once: steps are taken in groups.</summary>
    private const int StepGroup = 16;

    public static async Task RunAsync(BenchmarkRun run)
    {
        foreach (var threads in Machine.Threads > 1 ? (int[])[Machine.Threads, 1] : [1])
        {
            await RunAsync(run, threads);
        }
    }

    private static async Task RunAsync(BenchmarkRun run, int threads)
    {
        var model = BenchmarkModel.MiniMind;
        var report = new Report(
            $"Time per token, layer by layer: {model.Name}",
            $"Prompt {PromptTokens} tokens, reply {OutputTokens}, greedy, {threads} threads; medians of {run.Repetitions}, in turns.",
            "layer",
            "µs per token",
            "rate ÷ bare loop",
            "target",
            $"median of {StepGroup} steps, µs per token",
            "more than the bare loop"
        );
        var options = PeersBenchmark.SingleStream();
        options.Threads = threads;
        var buffered = options.Clone();
        buffered.ReplyBufferUpdates = OutputTokens * 2;
        using var bare = new BareLoop(model, ContextTokens, options.BatchTokens, threads);
        using var polling = new BareLoop(model, ContextTokens, options.BatchTokens, threads, poll: 1);
        using var stoppable = new BareLoop(model, ContextTokens, options.BatchTokens, threads, isStoppable: true);
        using var decoder = await new GgufRuntime().OpenAsync(
            model.Path,
            options,
            NullLoggerFactory.Instance,
            null,
            CancellationToken.None
        );
        using var engine = await LoadedEngine.LoadAsync(model, buffered);
        await using var client = await LoadedClient.LoadAsync(model, options);
        var chat = client.Exactly(OutputTokens, isRaw: true);
        var messages = client.Prompt(PromptTokens, seed: 5, options: chat);
        var prompt = client.Encode(messages[0].Text);
        var output = new int[OutputTokens];
        (string Name, Func<List<long>, Task<TimeSpan>> Measure, List<double> Means, List<double> Steps)[] layers =
        [
            ("bare loop", times => Task.FromResult(bare.Generate(prompt, OutputTokens, output, times).Decode), [], []),
            (
                "bare loop, pool that polls (1)",
                times => Task.FromResult(polling.Generate(prompt, OutputTokens, output, times).Decode),
                [],
                []
            ),
            (
                "bare loop, abort callback",
                times => Task.FromResult(stoppable.Generate(prompt, OutputTokens, output, times).Decode),
                [],
                []
            ),
            ("ITokenDecoder in a loop", times => Task.FromResult(Decode(decoder.Decoder, prompt, times)), [], []),
            ("engine, read at the end", _ => engine.GenerateUnreadAsync(prompt, OutputTokens), [], []),
            (
                "engine, read as it comes",
                async times =>
                {
                    await engine.GenerateAsync(prompt, OutputTokens, times);
                    return Stopwatch.GetElapsedTime(times[0], times[^1]);
                },
                [],
                []
            ),
            (
                "IChatClient, streaming",
                async times =>
                {
                    var figures = await ChatFigures.MeasureAsync(client.Client, messages, chat);
                    times.AddRange(figures.Times);
                    return Stopwatch.GetElapsedTime(figures.FirstAt, figures.LastAt);
                },
                [],
                []
            ),
        ];
        for (var round = -1; round < run.Repetitions; round++)
        {
            for (var side = 0; side < layers.Length; side++)
            {
                var layer = layers[(round + 1 + side) % layers.Length];
                var (time, steps) = await QuietGuard.MeasureAsync(async () =>
                {
                    var times = new List<long>(OutputTokens);
                    return (await layer.Measure(times), Steps(times));
                });
                if (round >= 0)
                {
                    layer.Means.Add(time.TotalMicroseconds / (OutputTokens - 1));
                    layer.Steps.AddRange(steps);
                }

                // A polling pool spins on for a while after its last step.
                await Task.Delay(50);
            }
        }

        var (least, leastStep) = (Median.Of(layers[0].Means), Median.Of(layers[0].Steps));
        foreach (var layer in layers)
        {
            var (time, step) = (Median.Of(layer.Means), Median.Of(layer.Steps));
            report.Add(
                layer.Name,
                Report.Number(time),
                Report.Ratio(least / time),
                layer == layers[^1] ? "≥ 0.97" : "",
                double.IsNaN(step) ? "" : Report.Number(step),
                double.IsNaN(step) ? "" : (step - leastStep).ToString("+0.0;-0.0", CultureInfo.InvariantCulture)
            );
        }

        report.Print();
    }

    private static IEnumerable<double> Steps(List<long> times) =>
        times.Zip(
            times.Skip(StepGroup),
            (from, to) => Stopwatch.GetElapsedTime(from, to).TotalMicroseconds / StepGroup
        );

    private static TimeSpan Decode(ITokenDecoder decoder, int[] prompt, List<long> times)
    {
        var batch = new DecodeBatch(decoder.Capabilities.BatchTokens, decoder.Capabilities.SequenceCount);
        decoder.CutBack(0, 0);
        batch.Add(0, 0, prompt, outputCount: 1);
        decoder.Decode(batch, CancellationToken.None);
        var token = TensorPrimitives.IndexOfMax(decoder.GetLogits(0));
        var started = Stopwatch.GetTimestamp();
        for (var i = 1; i < OutputTokens; i++)
        {
            batch.Clear();
            batch.Add(0, prompt.Length + i - 1, [token], outputCount: 1);
            decoder.Decode(batch, CancellationToken.None);
            token = TensorPrimitives.IndexOfMax(decoder.GetLogits(0));
            times.Add(Stopwatch.GetTimestamp());
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
