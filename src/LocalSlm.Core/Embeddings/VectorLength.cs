using System.Numerics.Tensors;

namespace LocalSlm.Embeddings;

/// <summary>Brings vectors to length 1.</summary>
internal static class VectorLength
{
    /// <summary>Divides a vector by its Euclidean length. A vector of zeros stays as it is.</summary>
    /// <param name="vector">The vector, changed in place.</param>
    public static void Normalize(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (!float.IsFinite(length))
        {
            // Squares of large values run over: scale first.
            var largest = TensorPrimitives.MaxMagnitude<float>(vector);
            if (!float.IsFinite(largest))
            {
                return;
            }

            TensorPrimitives.Divide(vector, Math.Abs(largest), vector);
            length = TensorPrimitives.Norm<float>(vector);
        }

        if (length > 0)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }
    }
}
