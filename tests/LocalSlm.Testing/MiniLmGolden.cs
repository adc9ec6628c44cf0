using System.Numerics.Tensors;
using System.Text.Json;

namespace LocalSlm.Testing;

/// <summary>A text with the vector that transformers gives for it with all-MiniLM-L6-v2 in fp32, cut at 256 tokens.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Text">The text.</param>
/// <param name="Tokens">How many tokens it has, not cut.</param>
/// <param name="TokenIds">The ids that were computed.</param>
/// <param name="Vector">The vector, of length 1.</param>
public sealed record MiniLmGolden(string Id, string Text, int Tokens, IReadOnlyList<int> TokenIds, float[] Vector)
{
    /// <summary>The length at which the reference cut texts.</summary>
    public const int MaxTokens = 256;

    /// <summary>Reads all of them, or skips the test that asks, with the reason.</summary>
    public static IReadOnlyList<MiniLmGolden> ReadOrSkip()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(TestAssets.GoldenOrSkip("models", "minilm.json")));
        return
        [
            .. json
                .RootElement.GetProperty("items")
                .EnumerateArray()
                .Select(static item => new MiniLmGolden(
                    item.GetProperty("id").GetString()!,
                    item.GetProperty("text").GetString()!,
                    item.GetProperty("tokenCountUntruncated").GetInt32(),
                    [.. item.GetProperty("tokenIds").EnumerateArray().Select(static id => id.GetInt32())],
                    [.. item.GetProperty("embedding").EnumerateArray().Select(static value => value.GetSingle())]
                )),
        ];
    }

    /// <summary>Gets the cosine between the reference and a vector.</summary>
    public float Cosine(ReadOnlyMemory<float> vector) => TensorPrimitives.CosineSimilarity(Vector, vector.Span);
}
