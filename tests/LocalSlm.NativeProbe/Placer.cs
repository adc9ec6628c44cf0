using System.Globalization;
using LocalSlm.Gguf;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.NativeProbe;

/// <summary>Loads a model onto a device and says where it is, planned and real.</summary>
internal static class Placer
{
    /// <summary>Loads a model.</summary>
    /// <param name="natives">The folder of the native libraries.</param>
    /// <param name="path">The model.</param>
    /// <param name="settings">Options as <c>device=gpu</c>, <c>require=gpu</c>, <c>exclude=gpu</c>, <c>layers=4</c>, <c>context=2048</c>,
    /// <c>batch=512</c>, <c>kv=Q8_0</c>, <c>experts=cpu</c>, <c>flash=off</c>, <c>map=off</c>, <c>budget=64</c>; <c>plan</c> plans without loading, <c>chat</c> asks a
    /// question as well.</param>
    public static async Task<int> RunAsync(string natives, string path, string[] settings)
    {
        var runtime = new GgufRuntime(new GgufRuntimeOptions { NativeDirectory = natives });
        var options = Options(settings);
        try
        {
            if (settings.Contains("plan"))
            {
                Console.WriteLine(ModelPlanner.Plan(runtime, path, options));
                return 0;
            }

            if (settings.Contains("chat"))
            {
                await using var client = (await LocalModel.LoadAsync(runtime, path, options)).CreateOwningChatClient();
                var reply = await client.GetResponseAsync(
                    "What is the capital of France?",
                    new ChatOptions { Temperature = 0, MaxOutputTokens = 12 }
                );
                Console.WriteLine($"reply {reply.Text}");
                return 0;
            }

            using var model = await runtime.OpenAsync(path, options, NullLoggerFactory.Instance, null, default);
            Console.WriteLine($"device {model.Device}");
            Console.WriteLine($"layers {model.GpuLayers}");
            Console.WriteLine($"context {model.Decoder.Capabilities.SequenceTokens}");
            foreach (var part in model.Memory)
            {
                Print("real", part);
            }

            var plan = ModelPlanner.Plan(runtime, path, options);
            foreach (var part in plan.Candidates[0].Memory)
            {
                Print("planned", part);
            }
        }
        catch (LocalSlmException error)
        {
            Console.WriteLine($"{error.GetType().Name}: {error.Message}");
        }

        return 0;
    }

    private static void Print(string what, DeviceMemory part) =>
        Console.WriteLine($"{what} {part.Device} {part.WeightBytes} {part.KvCacheBytes} {part.ComputeBytes}");

    private static ModelLoadOptions Options(string[] settings)
    {
        var options = new ModelLoadOptions { Threads = 1, AdaptThreads = false };
        foreach (var setting in settings)
        {
            if (setting.Split('=') is not [var name, var value])
            {
                continue;
            }

            switch (name)
            {
                case "device":
                    options.Devices.Add(DeviceSelector.Parse(value));
                    break;
                case "require":
                    options.RequireDevice = DeviceSelector.Parse(value);
                    break;
                case "exclude":
                    options.ExcludedDevices.Add(DeviceSelector.Parse(value));
                    break;
                case "layers":
                    options.GpuLayers = Number(value);
                    break;
                case "context":
                    options.ContextTokens = options.CacheTokens = Number(value);
                    break;
                case "batch":
                    options.BatchTokens = Number(value);
                    break;
                case "kv":
                    options.KvCacheType = Enum.Parse<KvCacheType>(value);
                    break;
                case "experts":
                    options.ExpertsOnCpu = value == "cpu";
                    break;
                case "flash":
                    options.FlashAttention = value == "on";
                    break;
                case "map":
                    options.UseMemoryMap = value == "on";
                    break;
                case "budget":
                    options.MemoryBudgetBytes = (long)Number(value) << 20;
                    break;
                case "gpubudget":
                    options.GpuMemoryBudgetBytes = (long)Number(value) << 20;
                    break;
                default:
                    throw new ArgumentException($"There is no setting '{name}'.");
            }
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
