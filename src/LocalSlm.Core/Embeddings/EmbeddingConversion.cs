using System.Collections;
using System.Numerics.Tensors;
using LocalSlm.Embeddings;
using Microsoft.Extensions.AI;

namespace LocalSlm;

/// <summary>Makes smaller vectors of vectors, for stores that keep many. All but their elements is carried over: model id, time and
/// properties.</summary>
/// <remarks>Bytes of a vector with n dimensions: 4 n as <see cref="float"/>, 2 n as <see cref="Half"/>, n as
/// <see cref="sbyte"/>, n ÷ 8 as bits.</remarks>
public static class EmbeddingConversion
{
    /// <summary>Rounds a vector to 16-bit numbers. Cosines change by less than 0.0005.</summary>
    /// <param name="embedding">The vector.</param>
    /// <returns>The smaller one.</returns>
    public static Embedding<Half> ToHalf(this Embedding<float> embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        var vector = new Half[embedding.Vector.Length];
        TensorPrimitives.ConvertToHalf(embedding.Vector.Span, vector);
        return Carry(embedding, new Embedding<Half>(vector));
    }

    /// <summary>Rounds a vector to whole numbers from -127 to 127: each element divided by the largest magnitude, times 127. Since one
    /// factor serves the whole vector, cosines need no correction; for dot products divide by the <c>scale</c> of both, which
    /// <see cref="Embedding.AdditionalProperties"/> keeps.</summary>
    /// <param name="embedding">The vector.</param>
    /// <returns>The smaller one.</returns>
    /// <exception cref="ArgumentException">An element is not finite.</exception>
    public static Embedding<sbyte> ToSByte(this Embedding<float> embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        var source = embedding.Vector.Span;
        var largest = source.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(source));
        if (!float.IsFinite(largest))
        {
            throw new ArgumentException("The vector has elements that are not finite numbers.", nameof(embedding));
        }

        var scale = largest > 0 ? sbyte.MaxValue / largest : 1;
        if (!float.IsFinite(scale))
        {
            scale = float.MaxValue;
        }

        var vector = new sbyte[source.Length];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (sbyte)Math.Clamp(MathF.Round(source[i] * scale), -sbyte.MaxValue, sbyte.MaxValue);
        }

        var result = Carry(embedding, new Embedding<sbyte>(vector));
        (result.AdditionalProperties ??= [])[EmbeddingProperty.Scale] = scale;
        return result;
    }

    /// <summary>Keeps the sign of each element alone: 1 for more than 0. Compare such vectors by the number of bits that differ
    /// (<see cref="HammingDistance"/>), best only to choose candidates that are then ranked by the whole vectors.</summary>
    /// <param name="embedding">The vector.</param>
    /// <returns>The smallest one.</returns>
    public static BinaryEmbedding ToBinary(this Embedding<float> embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        var source = embedding.Vector.Span;
        var bits = new BitArray(source.Length);
        for (var i = 0; i < source.Length; i++)
        {
            bits[i] = source[i] > 0;
        }

        return Carry(embedding, new BinaryEmbedding(bits));
    }

    /// <summary>Counts the bits in which two vectors differ.</summary>
    /// <param name="embedding">The one.</param>
    /// <param name="other">The other, of the same length.</param>
    /// <returns>0 for equal vectors; half their length for unrelated ones.</returns>
    /// <exception cref="ArgumentException">Their lengths differ.</exception>
    public static int HammingDistance(this BinaryEmbedding embedding, BinaryEmbedding other)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        ArgumentNullException.ThrowIfNull(other);
        if (embedding.Dimensions != other.Dimensions)
        {
            throw new ArgumentException(
                $"The vectors have {embedding.Dimensions} and {other.Dimensions} dimensions; those of one model are compared.",
                nameof(other)
            );
        }

        var bytes = (embedding.Dimensions + 7) / 8;
        var first = new byte[bytes];
        var second = new byte[bytes];
        embedding.Vector.CopyTo(first, 0);
        other.Vector.CopyTo(second, 0);
        return (int)TensorPrimitives.HammingBitDistance<byte>(first, second);
    }

    private static T Carry<T>(Embedding<float> from, T to)
        where T : Embedding
    {
        to.ModelId = from.ModelId;
        to.CreatedAt = from.CreatedAt;
        to.AdditionalProperties = from.AdditionalProperties?.Clone();
        return to;
    }
}
