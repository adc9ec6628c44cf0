using System.Diagnostics;
using System.Globalization;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Gguf;
using LocalSlm.Gguf.Interop;
using LocalSlm.Onnx;
using LocalSlm.Onnx.Interop;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>How long a reply pauses when its device fails in the middle: from the result of the failing step to the next token handed out.
/// Each runtime is measured in a process of its own, with the environment that its software driver needs.</summary>
internal static class FailoverBenchmark
{
    /// <summary>The argument with which this program measures in a fresh process.</summary>
    public const string ChildVerb = "failover-once";

    private const string Gguf = "gguf";
    private const string Onnx = "onnx";
    private const string Prompt = "The capital of France is a city with many houses. Its streets are long, and";
    private const int ReplyTokens = 24;

    /// <summary>The step of the reply that fails; the prompt is the first.</summary>
    private const int FailingStep = 8;

    private const int DeviceError = -3; // llama_decode in llama.h, v0.4.0: below -1, a fatal error

    public static async Task RunAsync(BenchmarkRun run)
    {
        var report = new Report(
            "Pause of a reply whose device fails",
            $"Step {FailingStep} of the reply fails; milliseconds, medians of {run.Repetitions} (longest). Software drivers stand for the graphics processor.",
            "model",
            "from → to",
            "pause",
            "reopening",
            "replay and next token"
        );
        foreach (var runtime in (string[])[Gguf, Onnx])
        {
            if (WhyNot(runtime) is { } reason)
            {
                report.Add(runtime, reason, "", "", "");
                continue;
            }

            // A device that fails again and again in one process is not tried any more.
            List<string[]> pauses = [];
            for (var i = 0; i < run.Repetitions; i++)
            {
                pauses.AddRange((await RunChildAsync(runtime, 1)).Select(static line => line.Split('\t')));
            }

            report.Add(
                Path.GetFileName(ModelOf(runtime)),
                pauses[^1][0],
                Figure(pauses.Select(static cells => Number(cells[1]) + Number(cells[2]))),
                Figure(pauses.Select(static cells => Number(cells[1]))),
                Figure(pauses.Select(static cells => Number(cells[2])))
            );
        }

        report.Print();
    }

    /// <summary>Measures one runtime, and prints a line for each failure: devices, reopening, replay.</summary>
    public static async Task<int> RunInFreshProcessAsync(string runtime, int repetitions)
    {
        AppContext.SetSwitch(DecodeFaults.Switch, true);
        AppContext.SetSwitch(RunFaults.Switch, true);
        for (var i = -1; i < repetitions; i++)
        {
            var line = await MeasureAsync(runtime);
            if (i >= 0)
            {
                Console.WriteLine(line);
            }
        }

        return 0;
    }

    private static async Task<string> MeasureAsync(string runtime)
    {
        using var watch = new FailoverWatch();
        var options = new ModelLoadOptions { ContextTokens = 256, MaxConcurrentReplies = 1 };

        // The plug-in lists its software driver as a processor.
        options.Devices.Add(
            runtime == Gguf
                ? DeviceSelector.Gpu
                : DeviceSelector.Parse("WebGpuExecutionProvider", CultureInfo.InvariantCulture)
        );
        options.Devices.Add(DeviceSelector.Cpu);
        await using var model = await LocalModel.LoadAsync(Runtime(runtime), ModelOf(runtime), options, loggers: watch);
        var from = model.Info.Device;
        var steps = 0;
        long failedAt = 0;
        DecodeFaults.Injection = result =>
        {
            if (++steps != FailingStep)
            {
                return result;
            }

            failedAt = Stopwatch.GetTimestamp();
            return DeviceError;
        };
        RunFaults.Injection = () =>
        {
            if (++steps == FailingStep)
            {
                failedAt = Stopwatch.GetTimestamp();

                // A real exception of the library: its type has no constructor that others may call.
                using var session = new InferenceSession([1, 2, 3]);
            }
        };
        using var client = model.CreateChatClient();
        var chat = new ChatOptions
        {
            Temperature = 0,
            MaxOutputTokens = ReplyTokens,
            RawCompletion = true,
            LogitBias = model.Tokenizer.EndOfGenerationTokens.ToDictionary(
                static token => token,
                static _ => float.NegativeInfinity
            ),
        };
        long nextAt = 0;
        await foreach (var update in client.GetStreamingResponseAsync(Prompt, chat))
        {
            var now = Stopwatch.GetTimestamp();
            if (nextAt == 0 && watch.ReplacedAt != 0 && now > watch.ReplacedAt && update.Text.Length > 0)
            {
                nextAt = now;
            }
        }

        DecodeFaults.Injection = null;
        RunFaults.Injection = null;
        if (failedAt == 0 || nextAt == 0 || model.Info.Device == from)
        {
            throw new InvalidOperationException($"{from} did not fail, or nothing took over: {model.Info.Device}.");
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{from} → {model.Info.Device}\t{Stopwatch.GetElapsedTime(failedAt, watch.ReplacedAt).TotalMilliseconds:F3}\t{Stopwatch.GetElapsedTime(watch.ReplacedAt, nextAt).TotalMilliseconds:F3}"
        );
    }

    private static async Task<string[]> RunChildAsync(string runtime, int repetitions)
    {
        var own = ProbeChildProcess.ForThisProgram() ?? throw new InvalidOperationException("The program has no path.");
        var count = repetitions.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(own.FileName, [.. own.Arguments, ChildVerb, runtime, count])
        {
            RedirectStandardOutput = true,
        };

        // llama.cpp hides software drivers unless the device is named; so does the WebGPU plug-in without its own variable.
        if (runtime == Gguf)
        {
            start.Environment["GGML_VK_VISIBLE_DEVICES"] = "0";
        }
        else
        {
            start.Environment["VK_ICD_FILENAMES"] = Path.Combine(PluginFolder!, "vk_swiftshader_icd.json");
            start.Environment["ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER"] = "1";
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? [.. output.Split('\n').Where(static line => line.Contains('\t', StringComparison.Ordinal))]
            : throw new InvalidOperationException(
                $"The process that fails over ended with exit code {process.ExitCode}."
            );
    }

    private static string? WhyNot(string runtime) =>
        runtime == Gguf
            ? Directory.Exists(VulkanFolder)
                ? null
                : "the Vulkan libraries are absent"
            : PluginFolder is null
                ? "the WebGPU plug-in is absent"
                : !Directory.Exists(ModelOf(runtime))
                    ? "the tiny ONNX model is absent"
                    : null;

    private static IModelRuntime Runtime(string runtime)
    {
        if (runtime == Gguf)
        {
            return new GgufRuntime(new GgufRuntimeOptions { NativeDirectory = VulkanFolder });
        }

        var options = new OnnxRuntimeOptions();
        options.ProviderLibraries["webgpu"] = Path.Combine(PluginFolder!, "libonnxruntime_providers_webgpu.so");
        return new OnnxModelRuntime(options);
    }

    private static string ModelOf(string runtime) =>
        runtime == Gguf
            ? BenchmarkModel.MiniMind.Path
            : Path.Combine(TestAssets.ModelsFolder ?? "", "tiny-llama-genai-fp32");

    private static string VulkanFolder =>
        Path.Combine(TestAssets.RepositoryRoot, "artifacts", "assets", "runtimes", "linux-x64", "vulkan");

    private static string? PluginFolder =>
        TestAssets.PluginsFolder is { } folder && Directory.Exists(Path.Combine(folder, "webgpu-linux-x64"))
            ? Path.Combine(folder, "webgpu-linux-x64")
            : null;

    private static string Figure(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return $"{Report.Number(Median.Of(all))} ({Report.Number(all.Max())})";
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
