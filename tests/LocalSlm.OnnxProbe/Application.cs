using LocalSlm.Onnx;

namespace LocalSlm.OnnxProbe;

/// <summary>Loads a model as an application does.</summary>
internal static class Application
{
    public static async Task<int> LoadAsync(string folder, string[] choices)
    {
        var choice = Choices.Read(choices);
        try
        {
            await using var model = await LocalModel.LoadAsync(
                new OnnxModelRuntime(choice.Runtime),
                folder,
                choice.Load,
                loggers: new ConsoleLoggerFactory()
            );
            Console.WriteLine($"device: {model.Info.Device}");
            Console.WriteLine($"provider: {model.Info.Provider}");
            Product.WriteFailures(model.Info.FailedDevices);
            foreach (var entry in model.Info.History)
            {
                Console.WriteLine($"history: {entry.Kind} | {entry.Device} | {entry.Reason.ReplaceLineEndings(" ")}");
            }
        }
        catch (ModelLoadException error)
        {
            Console.WriteLine($"error: {error.Message.ReplaceLineEndings(" | ")}");
            Product.WriteFailures(error.FailedDevices);
        }

        return 0;
    }
}
