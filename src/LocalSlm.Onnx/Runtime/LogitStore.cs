using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Where the logits of a batch's outputs lie, as float32: in the buffer that a run wrote to, or in one of their own.</summary>
internal sealed unsafe class LogitStore(int vocabularySize, TensorElementType type) : IDisposable
{
    private NativeBuffer? _own;
    private float*[] _places = new float*[4];
    private int _count;

    /// <summary>Forgets what the last batch gave.</summary>
    /// <param name="outputs">How many outputs the next one has.</param>
    public void Begin(int outputs)
    {
        _count = outputs;
        if (_places.Length < outputs)
        {
            _places = new float*[outputs];
        }

        Array.Clear(_places);
    }

    /// <summary>Takes an output from a buffer that the next run of this batch overwrites.</summary>
    /// <param name="output">Its number.</param>
    /// <param name="source">Its logits, as the graph gave them.</param>
    public void Copy(int output, void* source)
    {
        var target = GetOwn(output);
        var logits = new Span<float>(target, vocabularySize);
        switch (type)
        {
            case TensorElementType.Float:
                new ReadOnlySpan<float>(source, vocabularySize).CopyTo(logits);
                break;
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(source, vocabularySize), logits);
                break;
            default:
                Widen(new ReadOnlySpan<ushort>(source, vocabularySize), logits);
                break;
        }

        _places[output] = target;
    }

    /// <summary>Takes an output from a buffer that no further run of this batch writes to.</summary>
    /// <param name="output">Its number.</param>
    /// <param name="source">Its logits, as the graph gave them.</param>
    public void Keep(int output, void* source)
    {
        if (type == TensorElementType.Float)
        {
            _places[output] = (float*)source;
        }
        else
        {
            Copy(output, source);
        }
    }

    /// <summary>Gets the logits of an output.</summary>
    /// <exception cref="InvalidOperationException">It was not computed.</exception>
    public Span<float> Get(int output) =>
        (uint)output < (uint)_count && _places[output] != null
            ? new Span<float>(_places[output], vocabularySize)
            : throw new InvalidOperationException($"Output {output} has no logits: its row was not computed.");

    public void Dispose()
    {
        _count = 0;
        _own?.Dispose();
    }

    // All outputs of a batch have room from the start, so that none moves when another is taken.
    private float* GetOwn(int output)
    {
        var bytes = (long)_count * vocabularySize * sizeof(float);
        if (_own is null || _own.Bytes < bytes)
        {
            _own?.Dispose();
            _own = null;
            _own = NativeBuffer.Allocate(bytes);
        }

        return (float*)_own.Start + ((long)output * vocabularySize);
    }

    /// <summary>A bfloat16 is the upper half of a float32.</summary>
    private static void Widen(ReadOnlySpan<ushort> source, Span<float> target)
    {
        var bits = MemoryMarshal.Cast<float, uint>(target);
        TensorPrimitives.ConvertTruncating(source, bits);
        TensorPrimitives.ShiftLeft(bits, 16, bits);
    }
}
