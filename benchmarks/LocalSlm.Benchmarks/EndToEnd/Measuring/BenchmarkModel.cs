using LocalSlm.Testing;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>A model that is measured.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Path">Its file, or its folder if it is an ONNX model.</param>
internal sealed record BenchmarkModel(string Name, string Path)
{
    /// <summary>Gets the small model that the build restores.</summary>
    public static BenchmarkModel MiniMind => new("MiniMind2-Small Q8_0", TestAssets.MiniMindPath);

    /// <summary>Gets SmolLM2-135M, or <see langword="null"/> where the folder of larger models is absent.</summary>
    public static BenchmarkModel? SmolLm2
    {
        get
        {
            var path = TestAssets.ModelsFolder is { } folder
                ? System.IO.Path.Combine(folder, "smollm2-135m-instruct-q4_1.gguf")
                : null;
            return File.Exists(path) ? new BenchmarkModel("SmolLM2-135M Q4_1", path) : null;
        }
    }

    /// <summary>Gets SmolLM2-135M as ONNX with shared keys and values, or <see langword="null"/> where the folder of larger models is
    /// absent.</summary>
    public static BenchmarkModel? SmolLm2Onnx
    {
        get
        {
            var path = TestAssets.ModelsFolder is { } folder
                ? System.IO.Path.Combine(folder, "smollm2-135m-instruct-genai-int4")
                : null;
            return Directory.Exists(path) ? new BenchmarkModel("SmolLM2-135M int4 ONNX", path) : null;
        }
    }

    /// <summary>Gets the small model as ONNX of floats, whose keys and values are copied.</summary>
    public static BenchmarkModel MiniMindOnnx => new("MiniMind2-Small float32 ONNX", TestAssets.MiniMindOnnxFolder);

    /// <summary>Gets a value indicating whether ONNX Runtime serves it.</summary>
    public bool IsOnnx => Directory.Exists(Path);

    /// <summary>Gets the larger model where it is there, else the small one.</summary>
    public static BenchmarkModel Largest => SmolLm2 ?? MiniMind;

    /// <summary>Gets every model that is there.</summary>
    public static IReadOnlyList<BenchmarkModel> All => SmolLm2 is { } larger ? [MiniMind, larger] : [MiniMind];
}
