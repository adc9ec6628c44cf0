using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Embeddings;

public class EmbeddingConversionTests
{
    private static readonly Embedding<float> s_vector = new(new float[] { 0.5f, -1f, 0.25f, 0f })
    {
        ModelId = "m",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public void ToHalf_Vector_IsRoundedAndKeepsItsModel()
    {
        var half = s_vector.ToHalf();

        Assert.Equal([(Half)0.5f, (Half)(-1f), (Half)0.25f, (Half)0f], half.Vector.ToArray());
        Assert.Equal(("m", DateTimeOffset.UnixEpoch), (half.ModelId, half.CreatedAt!.Value));
    }

    [Fact]
    public void ToSByte_Vector_SpansTheWholeRangeAndTellsItsScale()
    {
        var small = s_vector.ToSByte();

        // 0.5 * 127 is 63.5, which rounds to even.
        Assert.Equal<sbyte>([64, -127, 32, 0], small.Vector.ToArray());
        Assert.Equal(127f, small.AdditionalProperties!["scale"]);
        Assert.Null(s_vector.AdditionalProperties);
    }

    [Fact]
    public void ToSByte_RandomVectors_KeepsCosines()
    {
        var random = new Random(7);
        var vectors = Enumerable
            .Range(0, 20)
            .Select(_ => new Embedding<float>(
                Enumerable.Range(0, 384).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray()
            ))
            .ToArray();
        foreach (var (one, other) in vectors.Zip(vectors.Skip(1)))
        {
            var exact = TensorPrimitives.CosineSimilarity(one.Vector.Span, other.Vector.Span);
            var a = Array.ConvertAll(one.ToSByte().Vector.ToArray(), static value => (float)value);
            var b = Array.ConvertAll(other.ToSByte().Vector.ToArray(), static value => (float)value);
            Assert.Equal(exact, TensorPrimitives.CosineSimilarity<float>(a, b), 0.005f);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void ToSByte_NotFinite_IsRefused(float value) =>
        Assert.Throws<ArgumentException>(() => new Embedding<float>(new[] { 1f, value }).ToSByte());

    [Fact]
    public void HammingDistance_Signs_CountsThoseThatDiffer()
    {
        var one = s_vector.ToBinary();
        var other = new Embedding<float>(new float[] { 0.1f, 1f, -3f, 0f }).ToBinary();

        Assert.Equal([true, false, true, false], one.Vector.Cast<bool>());
        Assert.Equal(2, one.HammingDistance(other));
        Assert.Throws<ArgumentException>(() =>
            one.HammingDistance(new Embedding<float>(new float[] { 1f }).ToBinary())
        );
    }
}
