using System.Globalization;
using LocalSlm.Gguf;
using LocalSlm.Gguf.Interop;
using Microsoft.Extensions.AI;

namespace LocalSlm.NativeProbe;

/// <summary>Generates replies on a device that fails on purpose, and says what came of them.</summary>
internal static class FailingDevice
{
    private static readonly string[] s_questions =
    [
        "What is the capital of France?",
        "Name three colours.",
        "What is the sun?",
        "Who wrote Hamlet?",
    ];

    /// <summary>Runs.</summary>
    /// <param name="natives">The folder of the native libraries.</param>
    /// <param name="path">The model.</param>
    /// <param name="choices"><c>device=SELECTOR</c> (one or more, in order), <c>layers=COUNT</c>, <c>replies=COUNT</c>,
    /// <c>tokens=COUNT</c>, <c>fail=STEP,CODE</c> (at that step of the model, from 1, <c>llama_decode</c> gives that code),
    /// <c>failover=false</c>.</param>
    public static async Task<int> RunAsync(string natives, string path, string[] choices)
    {
        var options = new ModelLoadOptions { ContextTokens = 512, MaxConcurrentReplies = 4 };
        var replies = 1;
        var tokens = 24;
        foreach (var choice in choices)
        {
            var (key, value) = (choice[..choice.IndexOf('=')], choice[(choice.IndexOf('=') + 1)..]);
            switch (key)
            {
                case "device":
                    options.Devices.Add(DeviceSelector.Parse(value, CultureInfo.InvariantCulture));
                    break;
                case "layers":
                    options.GpuLayers = Number(value);
                    break;
                case "replies":
                    replies = Number(value);
                    break;
                case "tokens":
                    tokens = Number(value);
                    break;
                case "failover":
                    options.FailOver = bool.Parse(value);
                    break;
                case "fail":
                    FailAt(value.Split(',').Select(Number).ToArray());
                    break;
                default:
                    throw new ArgumentException($"Unknown choice: {choice}");
            }
        }

        try
        {
            await using var model = await LocalModel.LoadAsync(
                new GgufRuntime(new GgufRuntimeOptions { NativeDirectory = natives }),
                path,
                options
            );
            Console.WriteLine($"device: {model.Info.Device} ({model.Info.GpuLayers} layers)");
            await Task.WhenAll(Enumerable.Range(0, replies).Select(number => AskAsync(model, number, tokens)));
            var info = model.Info;
            Console.WriteLine($"device: {info.Device} ({info.GpuLayers} layers)");
            Tell("failed", info.FailedDevices.Select(static failed => $"{failed.Device} | {failed.Reason}"));
            Tell("history", info.History.Select(static entry => $"{entry.Kind} | {entry.Device} | {entry.Reason}"));
        }
        catch (LocalSlmException error)
        {
            Console.WriteLine($"error: {error.GetType().Name}: {OneLine(error.Message)}");
        }

        return 0;
    }

    private static async Task AskAsync(LocalModel model, int number, int tokens)
    {
        using var client = model.CreateChatClient();
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = tokens };
        try
        {
            var response = await client.GetResponseAsync(s_questions[number % s_questions.Length], options);
            Console.WriteLine($"reply {number}: {response.Usage!.OutputTokenCount} | {OneLine(response.Text)}");
        }
        catch (LocalSlmException error)
        {
            Console.WriteLine($"reply {number}: {error.GetType().Name}: {OneLine(error.Message)}");
        }
    }

    // Counted over the whole process: steps before the failure are the first device's.
    private static void FailAt(int[] stepAndCode)
    {
        var steps = 0;
        DecodeFaults.Injection = result => ++steps == stepAndCode[0] ? stepAndCode[1] : result;
    }

    private static void Tell(string what, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine($"{what}: {OneLine(line)}");
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings("\\n");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
