using LocalSlm.Embeddings;

namespace LocalSlm.Tests.Embeddings;

public class VectorPoolingTests
{
    private static readonly float[] s_states = [1, 2, 3, 6, 5, 10];

    [Theory]
    [InlineData(EmbeddingPooling.Mean, 3, 6)]
    [InlineData(EmbeddingPooling.FirstToken, 1, 2)]
    [InlineData(EmbeddingPooling.LastToken, 5, 10)]
    public void Add_WholeOrInParts_GivesTheVector(EmbeddingPooling pooling, float first, float second)
    {
        float[] whole = [7, 7];
        float[] parts = [7, 7];

        VectorPooling.Add(s_states, pooling, 0, 3, whole);
        VectorPooling.Add(s_states.AsSpan(0, 2), pooling, 0, 3, parts);
        VectorPooling.Add(s_states.AsSpan(2), pooling, 1, 3, parts);

        Assert.Equal([first, second], whole);
        Assert.Equal([first, second], parts);
    }

    [Theory]
    [InlineData(new float[] { 3, 4 }, new float[] { 0.6f, 0.8f })]
    [InlineData(new float[] { 0, 0 }, new float[] { 0, 0 })]
    [InlineData(new float[] { 3e30f, 4e30f }, new float[] { 0.6f, 0.8f })]
    public void Normalize_Vector_HasLengthOne(float[] vector, float[] expected)
    {
        VectorLength.Normalize(vector);

        Assert.Equal(expected[0], vector[0], 1e-6f);
        Assert.Equal(expected[1], vector[1], 1e-6f);
    }
}
