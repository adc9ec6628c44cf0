using LocalSlm.Gguf;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Onnx;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Hosting.Lifetime;

/// <summary>What embedding models take is told: as llama.cpp reports it, and as planned for ONNX Runtime.</summary>
public sealed class EmbeddingMemoryTests
{
    [Fact]
    public async Task MemoryBytes_OfAnOnnxModel_IsWhatWasPlanned()
    {
        await using var model = await LocalEmbeddingModel.LoadAsync(
            new OnnxModelRuntime(),
            TestAssets.MiniLmOnnxFolder,
            new EmbeddingLoadOptions { Load = { RequireDevice = DeviceSelector.Cpu } }
        );
        using var resident = new ResidentEmbeddingModel(model);

        Assert.Empty(model.Info.Memory);
        Assert.Equal(model.Info.Placement!.Memory.Sum(static part => part.TotalBytes), resident.MemoryBytes);
        Assert.InRange(resident.MemoryBytes, model.Info.Facts.WeightBytes, 8 * model.Info.Facts.WeightBytes);
    }

    [Fact]
    public async Task MemoryBytes_OfAGgufModel_IsWhatLlamaCppReports()
    {
        await using var model = await LocalEmbeddingModel.LoadAsync(
            new GgufRuntime(new GgufRuntimeOptions { NativeDirectory = TestAssets.NativeDirectory }),
            TestAssets.ModelOrSkip("all-minilm-l6-v2-q8_0.gguf"),
            new EmbeddingLoadOptions { Load = { RequireDevice = DeviceSelector.Cpu } }
        );
        using var resident = new ResidentEmbeddingModel(model);

        var part = Assert.Single(model.Info.Memory);
        Assert.Equal(DeviceMemory.Host, part.Device);
        Assert.Equal(part.TotalBytes, resident.MemoryBytes);
        Assert.InRange((double)part.WeightBytes / model.Info.Facts.WeightBytes, 0.9, 1.1);
    }
}
