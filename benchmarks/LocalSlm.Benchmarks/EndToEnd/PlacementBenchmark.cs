using System.Diagnostics;
using System.Globalization;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Gguf;
using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>How near the planned memory is to the buffers that llama.cpp reports, and how long a plan takes.</summary>
/// <remarks>With the Vulkan natives (<c>LOCALSLM_LLAMA_DIR</c>) and <c>GGML_VK_VISIBLE_DEVICES=0</c> in the environment, a second device is
/// measured as well.</remarks>
internal static class PlacementBenchmark
{
    private static readonly (int Context, int Batch)[] s_sizes =
    [
        (512, 128),
        (2048, 32),
        (2048, 512),
        (8192, 128),
        (8192, 512),
    ];

    public static async Task RunAsync(BenchmarkRun run)
    {
        var natives = Environment.GetEnvironmentVariable("LOCALSLM_LLAMA_DIR") ?? TestAssets.NativeDirectory;
        var runtime = new GgufRuntime(new GgufRuntimeOptions { NativeDirectory = natives });
        var hasGpu = runtime.ListDevices().Any(static device => device.Kind != ComputeDeviceKind.Cpu);
        var report = new Report(
            "Planned memory ÷ what llama.cpp reports",
            "Parts: weights, KV cache, compute; then everything. 1.00 is exact.",
            "model",
            "settings",
            "device",
            "weights",
            "KV cache",
            "compute",
            "all",
            "all, MiB"
        );
        var weights = new Extremes();
        var caches = new Extremes();
        var compute = new Extremes();
        var all = new Extremes();
        foreach (var path in Models())
        {
            foreach (var (name, options) in Settings(runtime.Inspect(path).LayerCount, hasGpu))
            {
                using var model = await runtime.OpenAsync(path, options, NullLoggerFactory.Instance, null, default);
                var planned = ModelPlanner.Plan(runtime, path, options).Candidates[0].Memory;
                foreach (var real in model.Memory)
                {
                    var part = planned.First(one => one.Device == real.Device);
                    weights.Add(part.WeightBytes, real.WeightBytes);
                    caches.Add(part.KvCacheBytes, real.KvCacheBytes);
                    compute.Add(part.ComputeBytes, real.ComputeBytes);
                    all.Add(part.TotalBytes, real.TotalBytes);
                    report.Add(
                        Path.GetFileNameWithoutExtension(path),
                        name,
                        real.Device,
                        Ratio(part.WeightBytes, real.WeightBytes),
                        Ratio(part.KvCacheBytes, real.KvCacheBytes),
                        Ratio(part.ComputeBytes, real.ComputeBytes),
                        Ratio(part.TotalBytes, real.TotalBytes),
                        (real.TotalBytes >> 20).ToString(CultureInfo.InvariantCulture)
                    );
                }
            }
        }

        report.Print();
        Console.WriteLine($"Weights {weights}; KV cache {caches}; compute {compute}; everything {all}.");
        Console.WriteLine("Wanted is 0.900 to 1.100.");
        TimeHeader(runtime, run.Repetitions);
        Time(runtime, run.Repetitions);
        if (OperatingSystem.IsLinux())
        {
            await CompareOnnxAsync();
        }
    }

    private static async Task CompareOnnxAsync()
    {
        var runtime = new OnnxModelRuntime();
        var report = new Report(
            "Planned memory of ONNX models ÷ how much a process grows by them",
            "Resident set of a process of its own, all conversations full; ONNX Runtime reports nothing. In MiB.",
            "model",
            "settings",
            "weights",
            "KV cache",
            "compute",
            "planned",
            "resident",
            "most at once",
            "planned ÷ resident"
        );
        foreach (var path in OnnxModels())
        {
            foreach (
                var (context, cache, batch) in ((int, int, int)[])[(512, 512, 128), (512, 512, 512), (2048, 4096, 512)]
            )
            {
                var options = OnnxMemoryRow.Options(context, cache, batch);
                var planned = ModelPlanner.Plan(runtime, path, options).Candidates[0].Memory[0];
                var (resident, most) = await OnnxMemoryRow.MeasureAsync(path, context, cache, batch);
                report.Add(
                    Path.GetFileName(path),
                    $"context {context}, all {cache}, batch {batch}",
                    Mebibytes(planned.WeightBytes),
                    Mebibytes(planned.KvCacheBytes),
                    Mebibytes(planned.ComputeBytes),
                    Mebibytes(planned.TotalBytes),
                    Mebibytes(resident),
                    Mebibytes(most),
                    Ratio(planned.TotalBytes, resident)
                );
            }
        }

        report.Print();
    }

    private static string Mebibytes(long bytes) => (bytes >> 20).ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> OnnxModels()
    {
        yield return TestAssets.MiniMindOnnxFolder;
        var larger = TestAssets.ModelsFolder is { } folder
            ? Path.Combine(folder, "smollm2-135m-instruct-genai-int4")
            : "";
        if (Directory.Exists(larger))
        {
            yield return larger;
        }
    }

    /// <summary>From a header that is read already: what a caller waits for who asks for one more plan.</summary>
    private static void TimeHeader(GgufRuntime runtime, int repetitions)
    {
        foreach (var path in Models())
        {
            var facts = runtime.Inspect(path);
            var times = new List<double>();
            for (var i = 0; i < Math.Max(50, repetitions); i++)
            {
                var own = facts with { Path = $"{path}-{i}" };
                var started = Stopwatch.GetTimestamp();
                runtime.Estimate(own, new ModelLoadOptions());
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            Console.WriteLine(
                $"An estimate of {Path.GetFileNameWithoutExtension(path)} takes {Median.Of(times):0.0000} ms (median of {times.Count}); wanted is below 1 ms."
            );
        }
    }

    private static void Time(GgufRuntime runtime, int repetitions)
    {
        const long gibibyte = 1L << 30;
        const int layers = 80;
        var facts = new ModelFacts
        {
            Path = "large.gguf",
            Runtime = runtime.Name,
            Architecture = "qwen3moe",
            LayerCount = layers,
            WeightBytes = 40 * gibibyte,
            Layers = [.. Enumerable.Repeat(new LayerFacts(gibibyte / 2, gibibyte * 2 / 5, 4096), layers)],
            KvBytesPerToken = 4096L * layers,
            EmbeddingLength = 4096,
            FeedForwardLength = 12_288,
            ExpertCount = 64,
            ExpertsPerToken = 8,
            HeadCount = 32,
            TrainedContextTokens = 131_072,
            VocabularySize = 151_936,
        };
        ComputeDevice[] devices =
        [
            new("CUDA0", "GPU", ComputeDeviceKind.Gpu, 24 * gibibyte, 23 * gibibyte),
            new("CUDA1", "GPU", ComputeDeviceKind.Gpu, 12 * gibibyte, 11 * gibibyte),
            new("CPU", "CPU", ComputeDeviceKind.Cpu, 64 * gibibyte, 64 * gibibyte),
        ];
        List<double> times = [];
        for (var i = 0; i < Math.Max(50, repetitions); i++)
        {
            // What was worked out for a model is remembered with its facts: each round has its own.
            var own = facts with
            {
                Path = $"large-{i}.gguf",
            };
            var started = Stopwatch.GetTimestamp();
            ModelPlanner.PlanForDevices(runtime, own, null, devices, 48 * gibibyte);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        Console.WriteLine(
            $"A plan of a mixture of {layers} layers for two GPUs and the CPU takes {Median.Of(times):0.000} ms (median of {times.Count}; the first {times[0]:0.0} ms); wanted is below 1 ms."
        );
    }

    private static IEnumerable<string> Models()
    {
        yield return TestAssets.MiniMindPath;
        var larger = TestAssets.ModelsFolder is { } folder
            ? Path.Combine(folder, "smollm2-135m-instruct-q4_1.gguf")
            : "";
        if (File.Exists(larger))
        {
            yield return larger;
        }
    }

    private static IEnumerable<(string Name, ModelLoadOptions Options)> Settings(int layers, bool hasGpu)
    {
        foreach (var gpuLayers in hasGpu ? (int[])[0, 1, 2, (layers + 1) / 2, layers + 1] : [0])
        {
            foreach (var (context, batch) in s_sizes)
            {
                foreach (var type in (KvCacheType[])[KvCacheType.Float16, KvCacheType.Q8_0, KvCacheType.Float32])
                {
                    foreach (var flash in type == KvCacheType.Q8_0 ? (bool[])[true] : [true, false])
                    {
                        yield return (
                            $"{gpuLayers} of {layers + 1} layers, context {context}, batch {batch}, {type}, flash {(flash ? "on" : "off")}",
                            Options(gpuLayers, context, batch, type, flash)
                        );
                    }
                }
            }
        }
    }

    private static ModelLoadOptions Options(int gpuLayers, int context, int batch, KvCacheType type, bool flash) =>
        new()
        {
            ContextTokens = context,
            CacheTokens = context,
            BatchTokens = batch,
            PrefillChunkTokens = 32,
            KvCacheType = type,
            FlashAttention = flash,
            Threads = 1,
            AdaptThreads = false,

            // Of a mapped file the library reports the span between the first and the last tensor in main memory, with tensors of
            // the GPU between them.
            UseMemoryMap = gpuLayers == 0,
            RequireDevice = gpuLayers == 0 ? DeviceSelector.Cpu : DeviceSelector.Gpu,
            GpuLayers = gpuLayers == 0 ? null : gpuLayers,
        };

    private static string Ratio(long planned, long real) =>
        real == 0
            ? (planned == 0 ? "-" : "∞")
            : ((double)planned / real).ToString("0.00", CultureInfo.InvariantCulture);
}
