using LocalSlm.Onnx.Interop;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Inputs and outputs of a run, bound once and run again and again: whoever steps writes into the buffers behind them.
/// Buffers must outlive it.</summary>
internal sealed unsafe class RunBinding : IDisposable
{
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = [];
    private OrtValue?[] _tokenValues = [];

    public RunBinding(InferenceSession session) => _binding = session.CreateIoBinding();

    /// <summary>Binds a tensor that is read.</summary>
    public void Read(string name, TensorElementType type, byte* memory, long bytes, params long[] shape)
    {
        var value = Wrap(type, memory, bytes, shape);
        _values.Add(value);
        _binding.BindInput(name, value);
    }

    /// <summary>Binds a tensor that is read, and the one that replaces it, to the same memory.</summary>
    public void ReadAndWrite(
        string input,
        string output,
        TensorElementType type,
        byte* memory,
        long bytes,
        params long[] shape
    )
    {
        var value = Wrap(type, memory, bytes, shape);
        _values.Add(value);
        _binding.BindInput(input, value);
        _binding.BindOutput(output, value);
    }

    /// <summary>Binds what changes with the number of tokens: ids, positions, logits.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rows">The sequences.</param>
    /// <param name="tokens">The tokens of each.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="positions">Their positions.</param>
    /// <param name="logits">Where the logits go.</param>
    public void BindTokens(DecoderGraph graph, int rows, int tokens, byte* ids, byte* positions, byte* logits)
    {
        FreeTokenValues();
        var outputs = graph.GivesLastLogitsOnly ? 1 : tokens;
        var values = new OrtValue?[3];
        _tokenValues = values;
        values[0] = Wrap(
            graph.Ids.ElementType,
            ids,
            (long)rows * tokens * ElementSize.Of(graph.Ids.ElementType),
            [rows, tokens]
        );
        _binding.BindInput(graph.Ids.Name, values[0]);
        if (graph.Positions is { } position)
        {
            values[1] = Wrap(
                position.ElementType,
                positions,
                (long)rows * tokens * ElementSize.Of(position.ElementType),
                [rows, tokens]
            );
            _binding.BindInput(position.Name, values[1]);
        }

        values[2] = Wrap(
            graph.Logits.ElementType,
            logits,
            (long)rows * outputs * graph.VocabularySize * graph.LogitBytes,
            graph.Logits.Dimensions.Count == 2 ? [rows, graph.VocabularySize] : [rows, outputs, graph.VocabularySize]
        );
        _binding.BindOutput(graph.Logits.Name, values[2]);
    }

    /// <summary>Computes.</summary>
    /// <exception cref="OnnxRuntimeException">It failed or was ended.</exception>
    public void Run(InferenceSession session, RunOptions options)
    {
        session.RunWithBinding(options, _binding);
        RunFaults.AfterRun();
    }

    public void Dispose()
    {
        // The binding refers to the values, these to the buffers.
        _binding.Dispose();
        FreeTokenValues();
        foreach (var value in _values)
        {
            value.Dispose();
        }

        _values.Clear();
    }

    private void FreeTokenValues()
    {
        foreach (var value in _tokenValues)
        {
            value?.Dispose();
        }

        _tokenValues = [];
    }

    private static OrtValue Wrap(TensorElementType type, byte* memory, long bytes, long[] shape) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)memory, bytes);
}
