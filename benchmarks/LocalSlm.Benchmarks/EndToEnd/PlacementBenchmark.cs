using System.Diagnostics;
using System.Globalization;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Gguf;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>How near the planned memory is to the buffers that llama.cpp reports, and how long a plan takes.</summary>
/// <remarks>With the Vulkan natives (<c>LOCALSLM_LLAMA_DIR</c>) and <c>GGML_VK_VISIBLE_DEVICES=0</c> in the environment, a second device is
/// measured as well.</remarks>
internal static class PlacementBenchmark
{
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
        double lowest = 1;
        double highest = 1;
        foreach (var path in Models())
        {
            foreach (var (name, options) in Settings(runtime.Inspect(path).LayerCount, hasGpu))
            {
                using var model = await runtime.OpenAsync(path, options, NullLoggerFactory.Instance, null, default);
                var planned = ModelPlanner.Plan(runtime, path, options).Candidates[0].Memory;
                foreach (var real in model.Memory)
                {
                    var part = planned.First(one => one.Device == real.Device);
                    var ratio = (double)part.TotalBytes / real.TotalBytes;
                    lowest = Math.Min(lowest, ratio);
                    highest = Math.Max(highest, ratio);
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
        Console.WriteLine($"Lowest {lowest:0.000}, highest {highest:0.000}; wanted is 0.900 to 1.100.");
        Time(runtime, run.Repetitions);
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
            var started = Stopwatch.GetTimestamp();
            ModelPlanner.PlanForDevices(runtime, facts, null, devices, 48 * gibibyte);
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
        foreach (var gpuLayers in hasGpu ? (int[])[0, layers / 3, layers + 1] : [0])
        {
            foreach (var context in (int[])[2048, 8192])
            {
                foreach (var batch in (int[])[128, 512])
                {
                    foreach (var type in (KvCacheType[])[KvCacheType.Float16, KvCacheType.Q8_0, KvCacheType.Float32])
                    {
                        var options = new ModelLoadOptions
                        {
                            ContextTokens = context,
                            CacheTokens = context,
                            BatchTokens = batch,
                            PrefillChunkTokens = 32,
                            KvCacheType = type,
                            Threads = 1,
                            AdaptThreads = false,
                            RequireDevice = gpuLayers == 0 ? DeviceSelector.Cpu : DeviceSelector.Gpu,
                            GpuLayers = gpuLayers == 0 ? null : gpuLayers,
                        };
                        yield return (
                            $"{gpuLayers} of {layers + 1} layers, context {context}, batch {batch}, {type}",
                            options
                        );
                    }
                }
            }
        }
    }

    private static string Ratio(long planned, long real) =>
        real == 0
            ? (planned == 0 ? "-" : "∞")
            : ((double)planned / real).ToString("0.00", CultureInfo.InvariantCulture);
}
