using System.Reflection;
using LocalSlm.Tests.TinyOnnx;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class OptionCheckTests
{
    /// <summary>Every option, and who honours it. An option that is new must be decided on here.</summary>
    private static readonly Dictionary<string, string> s_options = new()
    {
        [nameof(ModelLoadOptions.ContextTokens)] = "plan",
        [nameof(ModelLoadOptions.MaxConcurrentReplies)] = "plan",
        [nameof(ModelLoadOptions.CachedConversations)] = "plan",
        [nameof(ModelLoadOptions.CacheTokens)] = "plan",
        [nameof(ModelLoadOptions.MemoryBudgetBytes)] = "plan",
        [nameof(ModelLoadOptions.BatchTokens)] = "plan",
        [nameof(ModelLoadOptions.Threads)] = "session",
        [nameof(ModelLoadOptions.AdaptThreads)] = "session",
        [nameof(ModelLoadOptions.Devices)] = "session",
        [nameof(ModelLoadOptions.MaxQueuedRequests)] = "engine",
        [nameof(ModelLoadOptions.ReplyBufferUpdates)] = "engine",
        [nameof(ModelLoadOptions.StalledReaderTimeout)] = "engine",
        [nameof(ModelLoadOptions.PrefillChunkTokens)] = "engine",
        [nameof(ModelLoadOptions.ChatTemplate)] = "engine",
        [nameof(ModelLoadOptions.ChatTemplateName)] = "engine",
        [nameof(ModelLoadOptions.ToolFormat)] = "engine",
        [nameof(ModelLoadOptions.ChatTemplateVariables)] = "engine",
        [nameof(ModelLoadOptions.RequireDevice)] = "plan",
        [nameof(ModelLoadOptions.ExcludedDevices)] = "plan",
        [nameof(ModelLoadOptions.GpuOverheadBytes)] = "plan",
        [nameof(ModelLoadOptions.GpuMemoryBudgetBytes)] = "plan",
        [nameof(ModelLoadOptions.DeviceSelection)] = "opener",
        [nameof(ModelLoadOptions.RetryAfterCrash)] = "opener",
        [nameof(ModelLoadOptions.LoadTimeout)] = "opener",
        [nameof(ModelLoadOptions.FailOver)] = "engine",
        [nameof(ModelLoadOptions.ExpertsOnCpu)] = "refused",
        [nameof(ModelLoadOptions.GpuSplit)] = "refused",
        [nameof(ModelLoadOptions.GpuLayers)] = "refused",
        [nameof(ModelLoadOptions.KvCacheType)] = "refused",
        [nameof(ModelLoadOptions.FlashAttention)] = "refused",
        [nameof(ModelLoadOptions.KvCacheLayout)] = "refused",
        [nameof(ModelLoadOptions.UseMemoryMap)] = "refused",
    };

    public static TheoryData<string, Action<ModelLoadOptions>> Refused =>
        new()
        {
            { nameof(ModelLoadOptions.GpuLayers), options => options.GpuLayers = 3 },
            { nameof(ModelLoadOptions.ExpertsOnCpu), options => options.ExpertsOnCpu = true },
            { nameof(ModelLoadOptions.GpuSplit), options => options.GpuSplit.Add(1) },
            { nameof(ModelLoadOptions.KvCacheType), options => options.KvCacheType = KvCacheType.Q8_0 },
            { nameof(ModelLoadOptions.KvCacheType), options => options.KvCacheType = KvCacheType.Q4_0 },
            { nameof(ModelLoadOptions.FlashAttention), options => options.FlashAttention = true },
            { nameof(ModelLoadOptions.FlashAttention), options => options.FlashAttention = false },
            { nameof(ModelLoadOptions.KvCacheLayout), options => options.KvCacheLayout = KvCacheLayout.Unified },
            { nameof(ModelLoadOptions.UseMemoryMap), options => options.UseMemoryMap = false },
            { nameof(ModelLoadOptions.ContextTokens), options => options.ContextTokens = TinyDecoder.Context + 1 },
        };

    [Fact]
    public void ModelLoadOptions_EveryProperty_IsDecidedOn()
    {
        var properties = typeof(ModelLoadOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        Assert.Equal(s_options.Keys.Order(), properties.Select(property => property.Name).Order());
        Assert.Equal(
            s_options.Where(option => option.Value == "refused").Select(option => option.Key).Order(),
            Refused.Select(row => row.Data.Item1).Where(name => s_options[name] == "refused").Distinct().Order()
        );
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task OpenAsync_OptionThatCannotBeHonoured_IsRefusedByName(string name, Action<ModelLoadOptions> set)
    {
        var options = LoadedOnnxModels.SmallOptions();
        options.ContextTokens = null;
        set(options);
        var error = await Assert.ThrowsAsync<ModelLoadException>(() =>
            LoadedOnnxModels.OpenTinyAsync("grouped", options)
        );
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_OptionsOfThePlan_AreHonoured()
    {
        var options = new ModelLoadOptions
        {
            ContextTokens = 300,
            MaxConcurrentReplies = 3,
            CachedConversations = 5,
            BatchTokens = 77,
            PrefillChunkTokens = 50,
            Threads = 1,
            KvCacheType = KvCacheType.Float32,
            KvCacheLayout = KvCacheLayout.Split,
            GpuLayers = 0,
        };
        using var model = await LoadedOnnxModels.OpenTinyAsync("grouped", options);
        var can = model.Decoder.Capabilities;
        // Split gives each of the eight conversations room of its own.
        Assert.Equal((300, 2400, 8, 77), (can.SequenceTokens, can.TotalTokens, can.SequenceCount, can.BatchTokens));
        Assert.Equal((1, 0, "CPU"), (model.Threads, model.GpuLayers, model.Device));
        await Assert.ThrowsAsync<ModelLoadException>(() => LoadedOnnxModels.OpenTinyAsync("copied-float16", options));
    }
}
