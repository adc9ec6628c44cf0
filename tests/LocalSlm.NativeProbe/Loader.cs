using System.Diagnostics;
using LocalSlm.Gguf;
using Microsoft.Extensions.AI;

namespace LocalSlm.NativeProbe;

/// <summary>Loads models through the product.</summary>
internal static class Loader
{
    public static Task<LocalModel> LoadAsync(
        string natives,
        string path,
        IProgress<ModelLoadProgress>? progress = null
    ) =>
        LocalModel.LoadAsync(
            new GgufRuntime(new GgufRuntimeOptions { NativeDirectory = natives }),
            path,
            new ModelLoadOptions { ContextTokens = 4096, CacheTokens = 4096 },
            progress: progress
        );

    /// <summary>Lists the devices that the product sees, a line each.</summary>
    public static int ListDevices(string natives)
    {
        foreach (var device in new GgufRuntime(new GgufRuntimeOptions { NativeDirectory = natives }).ListDevices())
        {
            Console.WriteLine(
                $"{device.Name} | {device.Kind} | {device.Description} | {device.TotalMemoryBytes >> 20} | {device.FreeMemoryBytes >> 20}"
            );
        }

        return 0;
    }

    /// <summary>Loads a model and says what came of it.</summary>
    public static async Task<int> RunAsync(string natives, string path)
    {
        try
        {
            await using var model = await LoadAsync(natives, path);
            Console.WriteLine("loaded");
        }
        catch (LocalSlmException error)
        {
            Console.WriteLine($"{error.GetType().Name}: {error.Message}");
        }

        return 0;
    }

    /// <summary>Asks about a prompt that repeats a text, and says what came of it, how long that took and how much memory.</summary>
    public static async Task<int> CountAsync(string natives, string text, int characters, string path)
    {
        await using var model = await LoadAsync(natives, path);
        using var client = model.CreateChatClient();
        var prompt = string.Concat(Enumerable.Repeat(text, characters / text.Length));
        var before = Process.GetCurrentProcess().PeakWorkingSet64;
        var watch = Stopwatch.StartNew();
        string result;
        try
        {
            var response = await client.GetResponseAsync(prompt, new ChatOptions { MaxOutputTokens = 1 });
            result = $"{response.Usage!.InputTokenCount} tokens";
        }
        catch (LocalSlmException error)
        {
            result = $"{error.GetType().Name}: {error.Message}";
        }

        var more = Process.GetCurrentProcess().PeakWorkingSet64 - before;
        Console.WriteLine($"{result} | {watch.ElapsedMilliseconds} ms | {more >> 20} MiB");
        return 0;
    }
}
