using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.OnnxProbe;

/// <summary>ONNX Runtime without the product. No type of the product may be touched here: its first one switches telemetry off.</summary>
internal static class Bare
{
    public static int Run(string folder)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(Path.Combine(folder, "model.onnx"), options);
        Console.WriteLine($"tokens: {string.Join(' ', GreedyLoop.Generate(session, [400, 428, 376], 8))}");
        return 0;
    }

    /// <summary>Loads the library as another binding would, without starting it.</summary>
    public static int LoadLibrary()
    {
        NativeLibrary.Load("onnxruntime", Assembly.Load("Microsoft.ML.OnnxRuntime"), null);
        return 0;
    }
}
