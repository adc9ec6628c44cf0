using System.Diagnostics;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Gguf;
using LocalSlm.Gguf.Interop;
using LocalSlm.Gguf.Runtime;
using LocalSlm.Hardware;
using Microsoft.Extensions.AI;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>From a file in the page cache to the first token of a reply, beside the bare calls of llama.cpp, in a process that has loaded
/// the model before. Freeing the model is not measured.</summary>
internal static class LoadBenchmark
{
    /// <summary>Enough that the just-in-time compiler has done its work: its own thread would compute beside both.</summary>
    private const int WarmRounds = 60;
    private const string System = "You answer briefly.";
    private const string Question = "What is the capital of France?";

    /// <summary>What the model's template makes of the two.</summary>
    private const string Rendered =
        $"<|im_start|>system\n{System}<|im_end|>\n<|im_start|>user\n{Question}<|im_end|>\n<|im_start|>assistant\n";

    public static async Task RunAsync(BenchmarkRun run)
    {
        foreach (
            var (name, options) in ((string, ModelLoadOptions)[])
                [
                    ("defaults", new ModelLoadOptions()),
                    ("context 1024, one conversation", Small()),
                    ("context 1024, one conversation, one fixed thread", OneThread()),
                ]
        )
        {
            await RunAsync(run, name, options);
        }
    }

    private static async Task RunAsync(BenchmarkRun run, string name, ModelLoadOptions options)
    {
        var model = BenchmarkModel.MiniMind;
        var runtime = new GgufRuntime();
        var bare = new BareLoad(model, options, Rendered);
        await CheckAsync(runtime, model, options, bare);
        List<double> bareTimes = [];
        List<double> ourTimes = [];
        List<double> opened = [];
        for (var round = -WarmRounds; round < run.Repetitions; round++)
        {
            for (var side = 0; side < 2; side++)
            {
                if ((round + side) % 2 == 0)
                {
                    var time = await QuietGuard.MeasureAsync(() => Task.FromResult(TimeBare(bare)));
                    AddTo(bareTimes, time, round);
                }
                else
                {
                    var (toModel, toToken) = await QuietGuard.MeasureAsync(() =>
                        TimeOursAsync(runtime, model, options)
                    );
                    AddTo(opened, toModel, round);
                    AddTo(ourTimes, toToken, round);
                }
            }
        }

        var report = new Report(
            $"Load to first token: {model.Name}, {name}",
            $"Page cache, natives loaded, {WarmRounds} loads before; milliseconds, medians of {run.Repetitions}, in turns.",
            "way",
            "to the loaded model",
            "to the first token",
            "least",
            "÷ bare",
            "target"
        );
        var least = Median.Of(bareTimes);
        report.Add("bare native calls", "", Report.Number(least), Report.Number(bareTimes.Min()), "1.000", "");
        report.Add(
            "LocalModel.LoadAsync and a reply",
            Report.Number(Median.Of(opened)),
            Report.Number(Median.Of(ourTimes)),
            Report.Number(ourTimes.Min()),
            Report.Number(Median.Of(ourTimes) / least),
            "≤ 1.1"
        );
        report.Print();
        PrintParts(run, runtime, model, options);
    }

    private static ModelLoadOptions Small() => new() { ContextTokens = 1024, MaxConcurrentReplies = 1 };

    /// <summary>LocalSlm takes fewer threads on a busy machine and the bare calls do not, which then wait for each other: with one
    /// fixed thread both do the same.</summary>
    private static ModelLoadOptions OneThread()
    {
        var options = Small();
        options.Threads = 1;
        options.AdaptThreads = false;
        return options;
    }

    private static ChatMessage[] Messages() => [new(ChatRole.System, System), new(ChatRole.User, Question)];

    private static ChatOptions OneToken() => new() { Temperature = 0, MaxOutputTokens = 1 };

    /// <summary>Both sides must do the same work: the same prompt, and the same first token.</summary>
    private static async Task CheckAsync(
        GgufRuntime runtime,
        BenchmarkModel model,
        ModelLoadOptions options,
        BareLoad bare
    )
    {
        var (token, promptTokens, free) = bare.Run();
        free();
        await using var loaded = await LocalModel.LoadAsync(runtime, model.Path, options);
        using var client = loaded.CreateChatClient();
        var reply = await client.GetResponseAsync(Messages(), OneToken());
        var text = global::System.Text.Encoding.UTF8.GetString(loaded.Tokenizer.GetBytes(token));
        if (reply.Usage?.InputTokenCount != promptTokens || reply.Text.Trim() != text.Trim())
        {
            throw new InvalidOperationException(
                $"The bare calls computed '{text}' behind {promptTokens} tokens, LocalSlm '{reply.Text}' behind {reply.Usage?.InputTokenCount}."
            );
        }
    }

    private static double TimeBare(BareLoad bare)
    {
        var started = Stopwatch.GetTimestamp();
        var (_, _, free) = bare.Run();
        var time = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        free();
        return time;
    }

    private static async Task<(double ToModel, double ToToken)> TimeOursAsync(
        GgufRuntime runtime,
        BenchmarkModel model,
        ModelLoadOptions options
    )
    {
        var started = Stopwatch.GetTimestamp();
        await using var loaded = await LocalModel.LoadAsync(runtime, model.Path, options);
        var toModel = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        using var client = loaded.CreateChatClient();
        await client.GetResponseAsync(Messages(), OneToken());
        return (toModel, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>Says what the steps of a load that the bare calls do without take, one by one.</summary>
    private static void PrintParts(
        BenchmarkRun run,
        GgufRuntime runtime,
        BenchmarkModel model,
        ModelLoadOptions options
    )
    {
        using var handle = ModelHandle.Load(model.Path, LlamaNative.llama_model_default_params())!;
        var facts = runtime.Inspect(model.Path);
        var devices = runtime.ListDevices();
        (string Name, Action Do)[] parts =
        [
            ("inspect: read and check the header", () => runtime.Inspect(model.Path)),
            ("list the devices", () => runtime.ListDevices()),
            ("read the free memory", () => MemoryLimits.GetAvailableBytes()),
            ("read the processor's topology", () => ProcessorTopology.Detect()),
            ("plan (devices given)", () => ModelPlanner.PlanForDevices(runtime, facts, options, devices)),
            ("table of the tokenizer", () => _ = new GgufTokenizer(handle)),
        ];
        var report = new Report(
            "Steps of a load that the bare calls do without",
            $"Milliseconds, medians of {run.Repetitions}.",
            "step",
            "median"
        );
        foreach (var (name, part) in parts)
        {
            List<double> times = [];
            for (var i = 0; i < run.Repetitions; i++)
            {
                var started = Stopwatch.GetTimestamp();
                part();
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            report.Add(name, Report.Number(Median.Of(times)));
        }

        report.Print();
    }

    private static void AddTo(List<double> times, double time, int round)
    {
        if (round >= 0)
        {
            times.Add(time);
        }
    }
}
