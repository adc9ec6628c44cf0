using LocalSlm.Hosting;
using LocalSlm.Hosting.Registration;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LocalSlm.Tests.Hosting.Registration;

public sealed class ConfigurationTests
{
    [Fact]
    public void ModelOptionNames_EveryProperty_CanBeConfigured()
    {
        // LoadProgress is an object, and Load stands for its own properties.
        var properties = NamesOf(typeof(ModelLoadOptions))
            .Concat(NamesOf(typeof(ChatModelOptions)))
            .Except([nameof(ChatModelOptions.Load), nameof(ChatModelOptions.LoadProgress)]);

        Assert.Equal(properties.Order(), ModelSectionReader.ModelOptionNames.Order());
    }

    [Fact]
    public void EmbeddingOptionNames_EveryProperty_CanBeConfigured()
    {
        var properties = NamesOf(typeof(ModelLoadOptions))
            .Concat(NamesOf(typeof(EmbeddingLoadOptions)))
            .Concat(NamesOf(typeof(EmbeddingModelOptions)))
            .Except([
                nameof(EmbeddingLoadOptions.Load),
                nameof(EmbeddingModelOptions.Embedding),
                nameof(EmbeddingModelOptions.LoadProgress),
            ]);

        Assert.Equal(properties.Order(), ModelSectionReader.EmbeddingOptionNames.Order());
    }

    [Fact]
    public void OptionNames_EveryProperty_CanBeConfigured()
    {
        Assert.Equal(
            NamesOf(typeof(LocalSlmOptions)).Except([nameof(LocalSlmOptions.Notices)]).Order(),
            ConfigurationReader.OptionNames.Order()
        );
        Assert.Equal(NamesOf(typeof(LocalSlm.Onnx.OnnxRuntimeOptions)).Order(), OnnxReader.OptionNames.Order());
    }

    [Fact]
    public void AddLocalSlm_EveryOption_IsBound()
    {
        var options = Bind(
            ("DefaultModel", "b"),
            ("NativeLibraryDirectory", "/native"),
            ("Models:a:Path", "fake:a"),
            ("Models:b:Path", "fake:b"),
            ("Models:b:LoadAtStart", "true"),
            ("Models:b:contexttokens", "2048"),
            ("Models:b:MaxConcurrentReplies", "3"),
            ("Models:b:CachedConversations", "5"),
            ("Models:b:CacheTokens", "8192"),
            ("Models:b:MemoryBudgetBytes", "5000000000"),
            ("Models:b:MaxQueuedRequests", "7"),
            ("Models:b:ReplyBufferUpdates", "9"),
            ("Models:b:StalledReaderTimeout", "00:00:30"),
            ("Models:b:Threads", "2"),
            ("Models:b:AdaptThreads", "False"),
            ("Models:b:GpuLayers", "0"),
            ("Models:b:KvCacheType", "q8_0"),
            ("Models:b:FlashAttention", "true"),
            ("Models:b:KvCacheLayout", "Unified"),
            ("Models:b:BatchTokens", "256"),
            ("Models:b:PrefillChunkTokens", "64"),
            ("Models:b:UseMemoryMap", "false"),
            ("Models:b:KeepAlive", "10m"),
            ("Models:b:MaxCacheBytes", "2GiB"),
            ("Models:b:ExcludedDevices", "gpu:1, igpu"),
            ("Models:b:DeviceSelection", "measured"),
            ("Models:b:FailOver", "false"),
            ("Models:b:RetryAfterCrash", "true"),
            ("Models:b:LoadTimeout", "90s"),
            ("Models:b:GpuOverheadBytes", "512MiB"),
            ("Models:b:GpuMemoryBudgetBytes", "4GB"),
            ("Models:b:ExpertsOnCpu", "true"),
            ("Models:b:GpuSplit:0", "2"),
            ("Models:b:GpuSplit:1", "1.5"),
            ("Models:b:ChatTemplate", "{{ messages }}"),
            ("Models:b:ChatTemplateVariables:enable_thinking", "false"),
            ("Models:b:ChatTemplateVariables:level", "3"),
            ("Models:b:ChatTemplateVariables:style", "dry")
        );

        var model = options.Models["b"];
        Assert.Equal(("b", "/native"), (options.DefaultModel, options.NativeLibraryDirectory));
        Assert.Equal(("fake:a", "fake:b"), (options.Models["a"].Path, model.Path));
        Assert.True(model.LoadAtStart);
        Assert.Equivalent(
            new
            {
                ContextTokens = 2048,
                MaxConcurrentReplies = 3,
                CachedConversations = 5,
                CacheTokens = 8192,
                MemoryBudgetBytes = 5_000_000_000,
                MaxQueuedRequests = 7,
                ReplyBufferUpdates = 9,
                StalledReaderTimeout = TimeSpan.FromSeconds(30),
                Threads = 2,
                AdaptThreads = false,
                GpuLayers = 0,
                KvCacheType = KvCacheType.Q8_0,
                FlashAttention = true,
                KvCacheLayout = KvCacheLayout.Unified,
                BatchTokens = 256,
                PrefillChunkTokens = 64,
                UseMemoryMap = false,
                DeviceSelection = DeviceSelection.Measured,
                FailOver = false,
                RetryAfterCrash = true,
                LoadTimeout = TimeSpan.FromSeconds(90),
                GpuOverheadBytes = 536_870_912,
                GpuMemoryBudgetBytes = 4_000_000_000,
                ExpertsOnCpu = true,
                GpuSplit = new[] { 2, 1.5 },
                ChatTemplate = "{{ messages }}",
            },
            model.Load
        );
        Assert.Equal(["gpu:1", "igpu"], model.Load.ExcludedDevices.Select(static device => device.ToString()));
        Assert.Equal((TimeSpan.FromMinutes(10), 2L << 30), (model.KeepAlive, model.MaxCacheBytes));
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["enable_thinking"] = false,
                ["level"] = 3L,
                ["style"] = "dry",
            },
            model.Load.ChatTemplateVariables
        );
    }

    [Fact]
    public void AddLocalSlm_EveryOptionOfTheHost_IsBound()
    {
        var options = Bind(
            ("KeepAlive", "-1"),
            ("MaxLoadedModels", "3"),
            ("MemoryBudgetBytes", "8GB"),
            ("MaxWaitingRequests", "9"),
            ("LowMemoryBytes", "0"),
            ("MaxCacheBytes", "1GiB"),
            ("StopGracePeriod", "2s"),
            ("StateDirectory", "/state"),
            ("DefaultEmbeddingModel", "e"),
            ("EmbeddingModels:e", "fake:e"),
            ("Models:a", "fake:a"),
            ("Models:b:Path", "fake:b"),
            ("Models:b:MaxCacheBytes", "2GiB")
        );

        Assert.Equivalent(
            new
            {
                KeepAlive = Timeout.InfiniteTimeSpan,
                MaxLoadedModels = 3,
                MemoryBudgetBytes = 8_000_000_000,
                MaxWaitingRequests = 9,
                LowMemoryBytes = 0,
                MaxCacheBytes = 1L << 30,
                StopGracePeriod = TimeSpan.FromSeconds(2),
                StateDirectory = "/state",
                DefaultEmbeddingModel = "e",
            },
            options
        );
        Assert.Equal("fake:e", options.EmbeddingModels["e"].Path);
        Assert.Equal((1L << 30, 2L << 30), (options.Models["a"].MaxCacheBytes, options.Models["b"].MaxCacheBytes));
    }

    [Fact]
    public void AddLocalSlm_NameOfATemplate_IsBoundWhereNoTemplateIsGiven()
    {
        var options = Bind(("Models:b:Path", "fake:b"), ("Models:b:ChatTemplateName", "tool_use"));

        Assert.Equal("tool_use", options.Models["b"].Load.ChatTemplateName);
    }

    [Fact]
    public void AddLocalSlm_ToolFormat_IsBound()
    {
        var options = Bind(("Models:b:Path", "fake:b"), ("Models:b:ToolFormat", "hermes"));

        Assert.Equal("hermes", options.Models["b"].Load.ToolFormat);
    }

    [Fact]
    public void AddLocalSlm_UnknownToolFormat_IsReportedWithTheKnownOnes()
    {
        var error = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            Bind(("Models:b:Path", "fake:b"), ("Models:b:ToolFormat", "esperanto"))
        );

        Assert.Contains("'esperanto'", error.Message, StringComparison.Ordinal);
        Assert.Contains("hermes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddLocalSlm_ModelsOfConfiguration_AreServed()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        AddConfiguration(builder, ("Models:cfg:Path", "fake:cfg"));
        builder.Services.AddLocalSlm(builder.Configuration);
        using var host = builder.Build();

        var response = await host
            .Services.GetRequiredKeyedService<IChatClient>("cfg")
            .GetResponseAsync("hi", new() { MaxOutputTokens = 1 });

        Assert.Equal("cfg", response.ModelId);
    }

    [Fact]
    public void AddLocalSlm_SectionItself_IsTakenToo()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        AddConfiguration(builder, ("Models:cfg:Path", "fake:cfg"));
        builder.Services.AddLocalSlm(builder.Configuration.GetSection("LocalSlm"));
        using var host = builder.Build();

        Assert.Equal(["cfg"], host.Services.GetRequiredService<LocalModelHost>().Names);
    }

    [Fact]
    public void AddChatModel_ConfiguredModel_CodeWinsAndTheRestStays()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        AddConfiguration(
            builder,
            ("Models:a:Path", "fake:old"),
            ("Models:a:Threads", "2"),
            ("Models:a:ContextTokens", "512")
        );
        builder
            .Services.AddLocalSlm(builder.Configuration)
            .AddChatModel("a", "fake:new", options => options.Load.ContextTokens = 1024);
        using var host = builder.Build();

        var model = host.Services.GetRequiredService<IOptions<LocalSlmOptions>>().Value.Models["a"];

        Assert.Equal(("fake:new", 2, 1024), (model.Path, model.Load.Threads, model.Load.ContextTokens));
        Assert.Equal(["a"], host.Services.GetRequiredService<LocalModelHost>().Names);
    }

    [Fact]
    public async Task StartAsync_ManyProblems_AllAreInOneMessage()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        AddConfiguration(
            builder,
            ("DefaultModel", "nobody"),
            ("Modles:a:Path", "x"),
            ("Models:a:ContextTokens", "12"),
            ("Models:a:Threads", "many"),
            ("Models:a:ContextTokenz", "512"),
            ("Models:a:KvCacheType", "Q3"),
            ("Models:b:Path", "fake:b"),
            ("Models:b:ContextTokens", "1024"),
            ("Models:b:CacheTokens", "512"),
            ("Models:b:PrefillChunkTokens", "1024"),
            ("Models:b:KvCacheType", "Q4_0"),
            ("Models:b:FlashAttention", "false")
        );
        builder
            .Services.AddLocalSlm(builder.Configuration)
            .AddChatModel("c", "fake:c", options => options.Load.Threads = 0);
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        foreach (
            var part in new[]
            {
                "'nobody'",
                "LocalSlm:Modles is unknown",
                "LocalSlm:Models:a:ContextTokens is '12'",
                "LocalSlm:Models:a:Threads is 'many'",
                "LocalSlm:Models:a:ContextTokenz is unknown",
                "LocalSlm:Models:a:KvCacheType is 'Q3'",
                "Model 'a' has no Path",
                "CacheTokens is 512",
                "PrefillChunkTokens is 1024",
                "KvCacheType Q4_0 needs flash attention",
                "Model 'c': ",
            }
        )
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(11, error.Failures.Count());
    }

    [Fact]
    public async Task StartAsync_SoundOptions_Starts()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        AddConfiguration(builder, ("Models:a:Path", "fake:a"), ("DefaultModel", "b"));
        builder.Services.AddLocalSlm(builder.Configuration).AddChatModel("b", "fake:b");
        using var host = builder.Build();

        await host.StartAsync();

        Assert.Equal("b", host.Services.GetRequiredService<LocalModelHost>().DefaultName);
        await host.StopAsync();
    }

    private static IEnumerable<string> NamesOf(Type type) =>
        type.GetProperties().Select(static property => property.Name);

    private static LocalSlmOptions Bind(params (string Key, string Value)[] settings)
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        AddConfiguration(builder, settings);
        builder.Services.AddLocalSlm(builder.Configuration);
        using var host = builder.Build();
        return host.Services.GetRequiredService<IOptions<LocalSlmOptions>>().Value;
    }

    private static void AddConfiguration(
        HostApplicationBuilder builder,
        params (string Key, string Value)[] settings
    ) =>
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create($"LocalSlm:{setting.Key}", (string?)setting.Value))
        );
}
