using LocalSlm.Onnx.Devices;
using LocalSlm.Onnx.Format;
using LocalSlm.Onnx.Interop;
using LocalSlm.Onnx.Runtime;

namespace LocalSlm.OnnxProbe;

/// <summary>ONNX Runtime through the product.</summary>
internal static class Product
{
    public static int Run(string folder, params string[] choices)
    {
        var choice = Choices.Read(choices);
        try
        {
            using var session = SessionFactory.Open(
                OnnxModelReader.Read(folder, allowCustomOperators: false),
                choice.Load,
                choice.Runtime,
                new ConsoleLogger(),
                findProblem: null,
                CancellationToken.None
            );
            Console.WriteLine($"device: {session.Device}");
            Console.WriteLine($"provider: {session.Provider}");
            Console.WriteLine($"host memory: {session.IsHostMemory}");
            WriteFailures(session.FailedDevices);
            var tokens = GreedyLoop.Generate(session.Session, choice.Prompt, choice.Tokens);
            Console.WriteLine($"tokens: {string.Join(' ', tokens)}");
        }
        catch (ModelLoadException error)
        {
            Console.WriteLine($"error: {error.Message.ReplaceLineEndings(" | ")}");
            WriteFailures(error.FailedDevices);
        }

        return 0;
    }

    public static int ListDevices(params string[] choices)
    {
        foreach (var device in DeviceList.List(Choices.Read(choices).Runtime, new ConsoleLogger()))
        {
            Console.WriteLine($"device: {device.Name} | {device.Kind} | {device.Description} | {device.Problem}");
        }

        return 0;
    }

    public static void WriteFailures(IReadOnlyList<DeviceAttempt> failures)
    {
        foreach (var failure in failures)
        {
            Console.WriteLine($"failed: {failure.Device} | {failure.Reason.ReplaceLineEndings(" ")}");
        }
    }

    public static int Start()
    {
        try
        {
            Console.WriteLine($"version: {OnnxEnvironment.Get(new ConsoleLogger()).GetVersionString()}");
            return 0;
        }
        catch (NativeLibraryException error)
        {
            Console.WriteLine($"{error.GetType().Name}: {error.Message}");
            return 0;
        }
    }
}
