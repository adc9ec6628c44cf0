using System.Reflection;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Embeddings;

/// <summary>Every option is honoured or refused by name. A new one fails here until someone decides.</summary>
public sealed class EmbeddingOptionTests
{
    private static readonly Dictionary<string, Func<Task>> s_requests = new()
    {
        [nameof(EmbeddingGenerationOptions.Dimensions)] = async () =>
        {
            var facts = new FakeModelRuntime().EmbeddingFacts with { MatryoshkaDimensions = [4] };
            await using var model = await OpenAsync(runtime: new FakeModelRuntime { EmbeddingFacts = facts });
            using var generator = model.CreateGenerator();
            Assert.Equal(4, (await generator.GenerateAsync(["a"], new() { Dimensions = 4 }))[0].Vector.Length);
            var error = await Assert.ThrowsAsync<UnsupportedDimensionsException>(() =>
                generator.GenerateAsync(["a"], new() { Dimensions = 5 })
            );
            Assert.Contains("5", error.Message, StringComparison.Ordinal);
        },
        [nameof(EmbeddingGenerationOptions.ModelId)] = async () =>
        {
            await using var model = await OpenAsync();
            using var generator = model.CreateGenerator();
            Assert.Single(await generator.GenerateAsync(["a"], new() { ModelId = "options" }));
            var error = await Assert.ThrowsAsync<ModelNotFoundException>(() =>
                generator.GenerateAsync(["a"], new() { ModelId = "another" })
            );
            Assert.Contains("ModelId", error.Message, StringComparison.Ordinal);
        },
        [nameof(EmbeddingGenerationOptions.AdditionalProperties)] = async () =>
        {
            await using var model = await OpenAsync();
            using var generator = model.CreateGenerator();
            var error = await Assert.ThrowsAsync<NotSupportedException>(() =>
                generator.GenerateAsync(["a"], new() { AdditionalProperties = new() { ["encoding_format"] = "x" } })
            );
            Assert.Contains("encoding_format", error.Message, StringComparison.Ordinal);
        },
        [nameof(EmbeddingGenerationOptions.RawRepresentationFactory)] = async () =>
        {
            await using var model = await OpenAsync();
            using var generator = model.CreateGenerator();
            Assert.Single(await generator.GenerateAsync(["a"], new() { RawRepresentationFactory = static _ => null }));
            var error = await Assert.ThrowsAsync<NotSupportedException>(() =>
                generator.GenerateAsync(["a"], new() { RawRepresentationFactory = static _ => new object() })
            );
            Assert.Contains("RawRepresentationFactory", error.Message, StringComparison.Ordinal);
        },
    };

    private static readonly Dictionary<string, Func<Task>> s_loads = new()
    {
        [nameof(EmbeddingLoadOptions.MaxTokens)] = () =>
            LoadedAsync(options => options.MaxTokens = 9, info => info.MaxTokens == 9),
        [nameof(EmbeddingLoadOptions.Pooling)] = () =>
            LoadedAsync(
                options => options.Pooling = EmbeddingPooling.LastToken,
                info => info is { Pooling: EmbeddingPooling.LastToken, PoolingSource: "options" }
            ),
        [nameof(EmbeddingLoadOptions.Normalize)] = async () =>
        {
            await using var model = await OpenAsync(options => options.Normalize = false);
            using var generator = model.CreateGenerator();
            Assert.Equal(FakeEmbedder.VectorOf("abca"), (await generator.GenerateVectorAsync("abca")).ToArray());
        },
        [nameof(EmbeddingLoadOptions.OverlongTexts)] = async () =>
        {
            await using var model = await OpenAsync(options => options.OverlongTexts = OverlongTextPolicy.Truncate);
            using var generator = model.CreateGenerator();
            Assert.Equal(36, (await generator.GenerateAsync([new string('a', 100)])).OverlongReport!.DroppedTokens);
        },
        [nameof(EmbeddingLoadOptions.SpecialTokensAreText)] = async () =>
        {
            await using var model = await OpenAsync(options => options.SpecialTokensAreText = true);
            using var generator = model.CreateGenerator();
            Assert.Equal("<|im_end|>".Length, generator.CountTokens("<|im_end|>"));
        },
        [nameof(EmbeddingLoadOptions.AllowAnyDimensions)] = async () =>
        {
            await using var model = await OpenAsync(options => options.AllowAnyDimensions = true);
            using var generator = model.CreateGenerator();
            Assert.Equal(5, (await generator.GenerateAsync(["a"], new() { Dimensions = 5 }))[0].Vector.Length);
        },
        [nameof(EmbeddingLoadOptions.Prompts)] = async () =>
        {
            await using var model = await OpenAsync(options => options.Prompts["query"] = "find: ");
            using var generator = model.CreateGenerator();
            Assert.Equal(7, generator.CountTokens("a", new() { InputKind = EmbeddingInputKind.Query }));
        },
        [nameof(EmbeddingLoadOptions.DefaultPromptName)] = async () =>
        {
            await using var model = await OpenAsync(options =>
            {
                options.Prompts["p"] = "xyz";
                options.DefaultPromptName = "p";
            });
            using var generator = model.CreateGenerator();
            Assert.Equal(4, generator.CountTokens("a"));
        },
        [nameof(EmbeddingLoadOptions.BatchTexts)] = async () =>
        {
            var runtime = new FakeModelRuntime();
            await using var model = await OpenAsync(options => options.BatchTexts = 3, runtime);
            using var generator = model.CreateGenerator();
            await generator.GenerateAsync(["a", "b", "c", "d"]);
            Assert.Equal(3, runtime.LastEmbedder!.LargestBatch);
        },
        // Its own properties have a test of their own.
        [nameof(EmbeddingLoadOptions.Load)] = () => Task.CompletedTask,
    };

    /// <summary>What mean nothing to an embedding model, each with a value that is not its default.</summary>
    private static readonly Dictionary<string, Action<ModelLoadOptions>> s_refused = new()
    {
        [nameof(ModelLoadOptions.ContextTokens)] = options => options.ContextTokens = 512,
        [nameof(ModelLoadOptions.CacheTokens)] = options => options.CacheTokens = 4096,
        [nameof(ModelLoadOptions.MaxConcurrentReplies)] = options => options.MaxConcurrentReplies++,
        [nameof(ModelLoadOptions.CachedConversations)] = options => options.CachedConversations++,
        [nameof(ModelLoadOptions.ReplyBufferUpdates)] = options => options.ReplyBufferUpdates++,
        [nameof(ModelLoadOptions.StalledReaderTimeout)] = options => options.StalledReaderTimeout *= 2,
        [nameof(ModelLoadOptions.KvCacheType)] = options => options.KvCacheType = KvCacheType.Q8_0,
        [nameof(ModelLoadOptions.KvCacheLayout)] = options => options.KvCacheLayout = KvCacheLayout.Split,
        [nameof(ModelLoadOptions.PrefillChunkTokens)] = options => options.PrefillChunkTokens /= 2,
        [nameof(ModelLoadOptions.ChatTemplate)] = options => options.ChatTemplate = "{{ messages }}",
        [nameof(ModelLoadOptions.ChatTemplateName)] = options => options.ChatTemplateName = "x",
        [nameof(ModelLoadOptions.ToolFormat)] = options => options.ToolFormat = "hermes",
        [nameof(ModelLoadOptions.ChatTemplateVariables)] = options => options.ChatTemplateVariables["x"] = 1,
    };

    /// <summary>What the engine (MaxQueuedRequests), the opener and the planner honour, and what is the runtime's to honour or refuse.</summary>
    private static readonly string[] s_passedOn =
    [
        nameof(ModelLoadOptions.MemoryBudgetBytes),
        nameof(ModelLoadOptions.MaxQueuedRequests),
        nameof(ModelLoadOptions.Threads),
        nameof(ModelLoadOptions.AdaptThreads),
        nameof(ModelLoadOptions.Devices),
        nameof(ModelLoadOptions.RequireDevice),
        nameof(ModelLoadOptions.ExcludedDevices),
        nameof(ModelLoadOptions.DeviceSelection),
        nameof(ModelLoadOptions.RetryAfterCrash),
        nameof(ModelLoadOptions.LoadTimeout),
        nameof(ModelLoadOptions.FailOver),
        nameof(ModelLoadOptions.GpuOverheadBytes),
        nameof(ModelLoadOptions.GpuMemoryBudgetBytes),
        nameof(ModelLoadOptions.GpuSplit),
        nameof(ModelLoadOptions.ExpertsOnCpu),
        nameof(ModelLoadOptions.GpuLayers),
        nameof(ModelLoadOptions.FlashAttention),
        nameof(ModelLoadOptions.BatchTokens),
        nameof(ModelLoadOptions.UseMemoryMap),
    ];

    public static TheoryData<string> RequestProperties => [.. Names(typeof(EmbeddingGenerationOptions))];

    public static TheoryData<string> LoadProperties => [.. Names(typeof(EmbeddingLoadOptions))];

    public static TheoryData<string> RuntimeProperties => [.. Names(typeof(ModelLoadOptions))];

    [Theory]
    [MemberData(nameof(RequestProperties))]
    public Task GenerationOptions_EachProperty_IsHonouredOrRefusedByName(string property) =>
        Decided(s_requests, property)();

    [Theory]
    [MemberData(nameof(LoadProperties))]
    public Task LoadOptions_EachProperty_IsHonoured(string property) => Decided(s_loads, property)();

    [Theory]
    [MemberData(nameof(RuntimeProperties))]
    public async Task RuntimeOptions_EachProperty_IsPassedOnOrRefusedByName(string property)
    {
        if (s_passedOn.Contains(property))
        {
            Assert.DoesNotContain(property, s_refused.Keys);
            return;
        }

        var change = Decided(s_refused, property);
        var error = await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(options => change(options.Load)));
        Assert.Contains(property + " means nothing", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(static property => property.Name);

    private static T Decided<T>(Dictionary<string, T> known, string property) =>
        known.TryGetValue(property, out var found)
            ? found
            : throw new Xunit.Sdk.XunitException($"Nobody has decided whether {property} is honoured or refused.");

    private static async Task LoadedAsync(Action<EmbeddingLoadOptions> configure, Func<EmbeddingModelInfo, bool> isSo)
    {
        await using var model = await OpenAsync(configure);
        Assert.True(isSo(model.Info));
    }

    private static Task<LocalEmbeddingModel> OpenAsync(
        Action<EmbeddingLoadOptions>? configure = null,
        FakeModelRuntime? runtime = null
    )
    {
        var options = new EmbeddingLoadOptions();
        configure?.Invoke(options);
        return LocalEmbeddingModel.LoadAsync(runtime ?? new FakeModelRuntime(), "fake:options", options);
    }
}
