using LocalSlm.Gguf;
using LocalSlm.Hosting;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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
    public async Task EstimateAsync_BeforeTheLoad_IsWhatTheLoadPlans()
    {
        var runtime = new OnnxModelRuntime();
        var options = new EmbeddingLoadOptions { MaxTokens = 128, Load = { RequireDevice = DeviceSelector.Cpu } };
        var loader = new ModelLoader([runtime], null, null, null);
        var token = TestContext.Current.CancellationToken;
        var estimate = await loader.EstimateAsync(TestAssets.MiniLmOnnxFolder, options, token);
        await using var model = await LocalEmbeddingModel.LoadAsync(runtime, TestAssets.MiniLmOnnxFolder, options);

        Assert.Equal(model.Info.Placement!.Memory.Sum(static part => part.TotalBytes), estimate);
    }

    [Fact]
    public async Task ListLoaded_AnEmbeddingModelThatServed_IsThereWithItsMemory()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder
            .Services.AddLocalSlm()
            .AddEmbeddingModel(
                "mini",
                TestAssets.MiniLmOnnxFolder,
                static options => options.Embedding.Load.RequireDevice = DeviceSelector.Cpu
            );
        using var host = builder.Build();
        var models = host.Services.GetRequiredService<LocalModelHost>();
        Assert.Empty(models.ListLoaded());

        await host
            .Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>()
            .GenerateAsync(["hi"], cancellationToken: TestContext.Current.CancellationToken);

        var loaded = Assert.Single(models.ListLoaded());
        Assert.Equal(("mini", ModelUse.Embedding), (loaded.Name, loaded.Use));
        Assert.True(loaded.MemoryBytes > 1 << 20);
        Assert.NotNull(loaded.ExpiresAt);
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
