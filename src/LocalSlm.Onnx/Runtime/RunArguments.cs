using LocalSlm.Onnx.Interop;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Inputs and outputs of a run whose shapes change every time. The values wrap memory of others, which must outlive the
/// run.</summary>
internal sealed unsafe class RunArguments : IDisposable
{
    private readonly List<string> _inputNames = [];
    private readonly List<string> _outputNames = [];
    private readonly List<OrtValue> _inputs = [];
    private readonly List<OrtValue> _outputs = [];

    /// <summary>Adds a tensor that is read.</summary>
    public void Read(string name, TensorElementType type, byte* memory, params long[] shape)
    {
        _inputNames.Add(name);
        _inputs.Add(Wrap(type, memory, shape));
    }

    /// <summary>Adds a tensor that is written.</summary>
    public void Write(string name, TensorElementType type, byte* memory, params long[] shape)
    {
        _outputNames.Add(name);
        _outputs.Add(Wrap(type, memory, shape));
    }

    /// <summary>Computes.</summary>
    /// <exception cref="OnnxRuntimeException">It failed or was ended.</exception>
    public void Run(InferenceSession session, RunOptions options)
    {
        session.Run(options, _inputNames, _inputs, _outputNames, _outputs);
        RunFaults.AfterRun();
    }

    /// <summary>Forgets inputs and outputs, so that others can be added.</summary>
    public void Clear()
    {
        foreach (var value in _inputs)
        {
            value.Dispose();
        }

        foreach (var value in _outputs)
        {
            value.Dispose();
        }

        _inputNames.Clear();
        _outputNames.Clear();
        _inputs.Clear();
        _outputs.Clear();
    }

    public void Dispose() => Clear();

    private static OrtValue Wrap(TensorElementType type, byte* memory, long[] shape)
    {
        long bytes = ElementSize.Of(type);
        foreach (var size in shape)
        {
            bytes *= size;
        }

        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)memory, bytes);
    }
}
