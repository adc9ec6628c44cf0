using LocalSlm.Gguf.Format;

namespace LocalSlm.Testing.TinyModels;

/// <summary>Adds random tensors to a file, from a fixed seed.</summary>
internal sealed class TinyWeights(GgufWriter writer, int seed, GgmlType matrixType)
{
    private readonly Random _random = new(seed);

    /// <summary>A matrix (or a stack of them) of values around 0.</summary>
    public void Matrix(string name, params long[] dimensions) => Random(name, matrixType, dimensions);

    /// <summary>Values around 0, not packed.</summary>
    public void Plain(string name, params long[] dimensions) => Random(name, GgmlType.F32, dimensions);

    /// <summary>One value throughout, not packed.</summary>
    public void Constant(string name, float value, params long[] dimensions)
    {
        var values = new float[Count(dimensions)];
        Array.Fill(values, value);
        writer.AddTensor(name, GgmlType.F32, dimensions, GgmlQuantizer.Quantize(GgmlType.F32, values));
    }

    private static int Count(long[] dimensions) => (int)dimensions.Aggregate(1L, (product, size) => product * size);

    private void Random(string name, GgmlType type, long[] dimensions)
    {
        // Uniform with the variance 1/columns keeps activations of order 1.
        var scale = (float)Math.Sqrt(3.0 / dimensions[0]);
        var values = new float[Count(dimensions)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ((_random.NextSingle() * 2) - 1) * scale;
        }

        writer.AddTensor(name, type, dimensions, GgmlQuantizer.Quantize(type, values));
    }
}
