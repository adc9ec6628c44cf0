using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>The least that a program can do to generate with ONNX Runtime on a graph that appends to shared keys and values: inputs and
/// outputs bound once, one more 1 in the mask, the largest logit. It has no engine, no text, no cancellation, and uses the same
/// native library in the same process.</summary>
internal sealed class OnnxBareLoop : IDisposable
{
    private const string Logits = "logits";
    private const string Ids = "input_ids";

    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _runOptions = new();
    private readonly List<OrtValue> _values = [];
    private readonly long[] _mask;
    private readonly long[] _id = new long[1];
    private readonly float[] _logits;
    private readonly OrtValue _idValue;
    private readonly OrtValue _logitValue;

    /// <param name="model">The model's folder.</param>
    /// <param name="contextTokens">The tokens that there is room for.</param>
    /// <param name="heads">The heads of keys and values.</param>
    /// <param name="headSize">The width of a head.</param>
    /// <param name="threads">The threads that compute.</param>
    public OnnxBareLoop(BenchmarkModel model, int contextTokens, int heads, int headSize, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        _session = new InferenceSession(System.IO.Path.Combine(model.Path, "model.onnx"), options);
        _binding = _session.CreateIoBinding();
        _mask = new long[contextTokens];
        _logits = new float[_session.OutputMetadata[Logits].Dimensions[^1]];
        foreach (
            var name in _session.InputMetadata.Keys.Where(static name =>
                name.StartsWith("past", StringComparison.Ordinal)
            )
        )
        {
            var value = Keep(new float[heads * contextTokens * headSize], [1, heads, contextTokens, headSize]);
            _binding.BindInput(name, value);
            _binding.BindOutput(name.Replace("past_key_values", "present", StringComparison.Ordinal), value);
        }

        _binding.BindInput("attention_mask", Keep(_mask, [1, contextTokens]));
        _idValue = Keep(_id, [1, 1]);
        _logitValue = Keep(_logits, [1, 1, _logits.Length]);
    }

    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Generates from an empty context.</summary>
    /// <returns>The time to the first token, and from the first to the last.</returns>
    public (TimeSpan Prefill, TimeSpan Decode) Generate(ReadOnlySpan<int> prompt, int outputTokens)
    {
        Array.Clear(_mask);
        var started = Stopwatch.GetTimestamp();
        var token = Prefill(prompt);
        var first = Stopwatch.GetTimestamp();
        _binding.BindInput(Ids, _idValue);
        _binding.BindOutput(Logits, _logitValue);
        for (var i = 1; i < outputTokens; i++)
        {
            _mask[prompt.Length + i - 1] = 1;
            _id[0] = token;
            _session.RunWithBinding(_runOptions, _binding);
            token = TensorPrimitives.IndexOfMax(_logits);
        }

        return (Stopwatch.GetElapsedTime(started, first), Stopwatch.GetElapsedTime(first));
    }

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values)
        {
            value.Dispose();
        }

        _runOptions.Dispose();
        _session.Dispose();
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"bare loop, {_mask.Length} tokens");

    private int Prefill(ReadOnlySpan<int> prompt)
    {
        var ids = new long[prompt.Length];
        TensorPrimitives.ConvertTruncating(prompt, ids);
        _mask.AsSpan(0, prompt.Length).Fill(1);
        var logits = new float[prompt.Length * _logits.Length];
        using var idValue = OrtValue.CreateTensorValueFromMemory(ids, [1, prompt.Length]);
        using var logitValue = OrtValue.CreateTensorValueFromMemory(logits, [1, prompt.Length, _logits.Length]);
        _binding.BindInput(Ids, idValue);
        _binding.BindOutput(Logits, logitValue);
        _session.RunWithBinding(_runOptions, _binding);
        return TensorPrimitives.IndexOfMax(logits.AsSpan(^_logits.Length..));
    }

    private OrtValue Keep<T>(T[] memory, long[] shape)
        where T : unmanaged
    {
        var value = OrtValue.CreateTensorValueFromMemory(memory, shape);
        _values.Add(value);
        return value;
    }
}
