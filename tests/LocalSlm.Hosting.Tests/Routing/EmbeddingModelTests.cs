using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Generator = Microsoft.Extensions.AI.IEmbeddingGenerator<string, Microsoft.Extensions.AI.Embedding<float>>;

namespace LocalSlm.Tests.Hosting.Routing;

public sealed class EmbeddingModelTests
{
    [Theory]
    [InlineData(null, "one")]
    [InlineData("one", "one")]
    [InlineData("two", "two")]
    public async Task Generate_ModelId_ChoosesTheModel(string? asked, string answered)
    {
        using var host = NewHost(new FakeModelRuntime());
        var generator = host.Services.GetRequiredService<Generator>();

        var result = await generator.GenerateAsync(["hi"], new() { ModelId = asked });

        Assert.Equal(answered, result[0].ModelId);
    }

    [Fact]
    public async Task Generate_KeyedGenerator_ServesItsModelAlone()
    {
        var runtime = new FakeModelRuntime();
        using var host = NewHost(runtime);
        var generator = host.Services.GetRequiredKeyedService<Generator>("two");

        var result = await generator.GenerateAsync(["hi"]);
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() =>
            generator.GenerateAsync(["hi"], new() { ModelId = "one" })
        );

        Assert.Equal("two", result[0].ModelId);
        Assert.Equal("two", generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId);
        Assert.Equal("one", error.Model);
        Assert.Equal(1, runtime.OpenedModels);
    }

    [Fact]
    public async Task Generate_UnknownModelId_ListsTheNamesAndLoadsNothing()
    {
        var runtime = new FakeModelRuntime();
        using var host = NewHost(runtime);
        var generator = host.Services.GetRequiredService<Generator>();

        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() =>
            generator.GenerateAsync(["hi"], new() { ModelId = "three" })
        );

        Assert.Equal("three", error.Model);
        Assert.Contains("one, two", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, runtime.OpenedModels);
    }

    [Fact]
    public async Task Generate_ConcurrentFirstCalls_LoadOnce()
    {
        var gate = new TaskCompletionSource();
        var runtime = new FakeModelRuntime { BeforeOpen = (_, _) => gate.Task };
        using var host = NewHost(runtime);
        var generator = host.Services.GetRequiredKeyedService<Generator>("one");

        var running = Enumerable.Range(0, 8).Select(i => generator.GenerateAsync([$"text {i}"])).ToList();
        gate.SetResult();
        var results = await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, runtime.OpenedModels);
        Assert.All(results, result => Assert.Equal(FakeEmbedder.Dimensions, result[0].Vector.Length));
    }

    [Fact]
    public async Task Dispose_Generator_LeavesTheModelToTheHost()
    {
        var runtime = new FakeModelRuntime();
        using var host = NewHost(runtime);
        await host.StartAsync();
        var generator = host.Services.GetRequiredKeyedService<Generator>("one");
        await generator.GenerateAsync(["hi"]);

        generator.Dispose();
        await generator.GenerateAsync(["hi again"]);
        Assert.Equal((1, 1), (runtime.OpenedModels, runtime.LiveModels));
        await host.StopAsync();

        Assert.Equal(0, runtime.LiveModels);
        var error = await Assert.ThrowsAsync<ModelUnloadedException>(() => generator.GenerateAsync(["hi"]));
        Assert.Equal("one", error.Model);
    }

    [Fact]
    public async Task StartAsync_LoadAtStart_ModelIsReady()
    {
        var runtime = new FakeModelRuntime();
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.AddLocalSlm().AddEmbeddingModel("one", "fake:1", options => options.LoadAtStart = true);
        using var host = builder.Build();

        await host.StartAsync();

        Assert.Equal(1, runtime.LiveModels);
        await host.StopAsync();
        Assert.Equal(0, runtime.LiveModels);
    }

    [Fact]
    public async Task AddEmbeddingModel_Options_ReachTheModel()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        builder
            .Services.AddLocalSlm()
            .AddEmbeddingModel("one", "fake:1", options => options.Embedding.AllowAnyDimensions = true);
        using var host = builder.Build();

        var result = await host
            .Services.GetRequiredService<Generator>()
            .GenerateAsync(["hi"], new() { Dimensions = 3 });

        Assert.Equal(3, result[0].Vector.Length);
    }

    private static IHost NewHost(FakeModelRuntime runtime)
    {
        var builder = HostFixture.NewBuilder(runtime);
        var slm = builder.Services.AddLocalSlm();
        slm.AddEmbeddingModel("one", "fake:1");
        slm.AddEmbeddingModel("two", "fake:2");
        return builder.Build();
    }
}
