using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace LocalSlm.Tests.Embeddings;

/// <summary>The part of Microsoft.Extensions.VectorData that every store has in common: it finds the generator for a property, and calls
/// it for records and for queries.</summary>
[Collection("native")]
public sealed class VectorDataTests
{
    [Fact]
    public async Task GenerateEmbeddings_TextMarkedAsVector_IsEmbeddedForRecordsAndQueries()
    {
        await using var generator = await OnnxModel.LoadEmbeddingGeneratorAsync(TestAssets.MiniLmOnnxFolder);
        var definition = new VectorStoreCollectionDefinition { EmbeddingGenerator = generator };
        var text = new StoreModelBuilder()
            .Build(typeof(Passage), typeof(int), definition, defaultEmbeddingGenerator: null)
            .VectorProperties[0];
        string[] texts = ["Bread rises while it rests.", "Copy your files to a second disk.", "Sow peas in March."];

        var records = await text.GenerateEmbeddingsAsync(texts, TestContext.Current.CancellationToken);
        var query = await text.GenerateEmbeddingAsync(
            "How do I keep my data safe?",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(typeof(Embedding<float>), text.EmbeddingType);
        var cosines = records
            .Cast<Embedding<float>>()
            .Select(record =>
                TensorPrimitives.CosineSimilarity(record.Vector.Span, ((Embedding<float>)query!).Vector.Span)
            )
            .ToArray();
        Assert.Equal(1, cosines.IndexOf(cosines.Max()));
        Assert.True(cosines[1] > Math.Max(cosines[0], cosines[2]) + 0.3);
    }

    private sealed class Passage
    {
        [VectorStoreKey]
        public int Key { get; set; }

        [VectorStoreVector(384)]
        public string? Text { get; set; }
    }

#pragma warning disable MEVD9001 // What providers derive from is marked experimental; a test may follow its changes.
    /// <summary>A store that keeps 32-bit vectors.</summary>
    private sealed class StoreModelBuilder()
        : CollectionModelBuilder(
            new CollectionModelBuildingOptions { RequiresAtLeastOneVector = true, SupportsMultipleVectors = false }
        )
    {
        protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
        {
            supportedTypes = null;
            return true;
        }

        protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
        {
            supportedTypes = "Embedding<float>";
            return type == typeof(Embedding<float>);
        }
    }
#pragma warning restore MEVD9001
}
