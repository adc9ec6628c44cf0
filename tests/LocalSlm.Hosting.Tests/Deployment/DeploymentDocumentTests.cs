using LocalSlm.Hosting;
using LocalSlm.Hosting.Deployment;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LocalSlm.Tests.Hosting.Deployment;

/// <summary>The documents that a widely read tutorial has people write, unchanged.</summary>
public sealed class DeploymentDocumentTests
{
    private const string Performance = """
        "performance":{"batch_processing":true,"parallel_requests":8,"memory_optimization":{"enable_kv_cache":true,"max_cache_size":"4GB"},"hardware_scheduling":{"enable_dynamic_batching":true,"max_batch_size":16}}
        """;

    private const string Models = """
        "LocalSlm": { "Models": { "microsoft/phi-4-mini": "fake:phi" } }
        """;

    private static string Deployment { get; } = DeploymentOf("microsoft/phi-4-mini");

    [Fact]
    public void Deployment_Unchanged_SetsWhatItSays()
    {
        var options = HostFixture.Read($$"""{ {{Deployment}}, {{Models}} }""");

        var load = options.Models["microsoft/phi-4-mini"].Load;
        Assert.Equal("microsoft/phi-4-mini", options.DefaultModel);
        Assert.Equal((4, 4096), (load.MaxConcurrentReplies, load.ContextTokens));
        Assert.Equal(["npu", "gpu", "cpu"], load.Devices.Select(static device => device.ToString()));
        Assert.Equal(
            ["deployment:optimization:quantization", "deployment:api:port", "deployment:api:openai_compatible"],
            options.Notices.Select(static notice => notice.Split(' ')[0]).OrderDescending()
        );
    }

    [Fact]
    public void Performance_Unchanged_SetsWhatItSays()
    {
        var options = HostFixture.Read($$"""{ {{Performance}}, {{Models}} }""");

        Assert.Equal(8, options.Models["microsoft/phi-4-mini"].Load.MaxConcurrentReplies);
        Assert.Equal(4_000_000_000, options.Models["microsoft/phi-4-mini"].MaxCacheBytes);
        Assert.Empty(options.Notices);
    }

    [Fact]
    public void BothDocuments_InOneFile_TheLeastNumberCountsAndIsTold()
    {
        var options = HostFixture.Read($$"""{ {{Deployment}}, {{Performance}}, {{Models}} }""");

        Assert.Equal(4, options.Models["microsoft/phi-4-mini"].Load.MaxConcurrentReplies);
        Assert.Contains(
            options.Notices,
            static notice =>
                notice.StartsWith(
                    "performance:parallel_requests is 8, but deployment:optimization:batch_size allows 4",
                    StringComparison.Ordinal
                )
        );
        Assert.Equal(4, options.Notices.Count);
    }

    [Fact]
    public void Documents_WithinTheSection_AreReadToo()
    {
        var options = HostFixture.Read(
            $$"""{ "LocalSlm": { {{Deployment}}, "Models": { "microsoft/phi-4-mini": "fake:phi" } } }"""
        );

        Assert.Equal(4096, options.Models["microsoft/phi-4-mini"].Load.ContextTokens);
    }

    [Fact]
    public void Documents_BesideASectionThatSaysOtherwise_TheSectionWins()
    {
        var options = HostFixture.Read(
            $$"""
            { {{Deployment}}, {{Performance}},
              "LocalSlm": { "DefaultModel": "b", "MaxCacheBytes": "1GB", "Defaults": { "RequireDevice": "cpu", "MaxConcurrentReplies": 2 },
                "Models": { "microsoft/phi-4-mini": "fake:phi", "b": { "Path": "fake:b", "ContextTokens": 1024 } } } }
            """
        );

        var (phi, other) = (options.Models["microsoft/phi-4-mini"].Load, options.Models["b"].Load);
        Assert.Equal(("b", 1_000_000_000), (options.DefaultModel, options.MaxCacheBytes));
        Assert.Equal((4096, 1024, 2), (phi.ContextTokens, other.ContextTokens, phi.MaxConcurrentReplies));
        Assert.Empty(phi.Devices);
        Assert.Equal("cpu", phi.RequireDevice!.ToString());
    }

    [Fact]
    public void Model_ThatMapsToNothing_IsToldWithTheLineToAdd()
    {
        var problem = Assert.Single(HostFixture.ReadProblems($$"""{ {{Deployment}} }"""));

        Assert.Equal(
            "Model 'microsoft/phi-4-mini', named by deployment:model, is neither a name of Models nor a path. Add to the configuration: "
                + "\"LocalSlm\": { \"Models\": { \"microsoft/phi-4-mini\": \"path/to/the/model\" } }",
            problem
        );
    }

    [Fact]
    public void Model_AddedInCode_NeedsNoLine()
    {
        var options = HostFixture.Read(
            $$"""{ {{Deployment}} }""",
            static models => models.AddChatModel("microsoft/phi-4-mini", "fake:code")
        );

        Assert.Equal("fake:code", options.Models["microsoft/phi-4-mini"].Path);
    }

    [Theory]
    [InlineData("""{ "hardware": { "preferred": "gpu" } }""", "gpu,npu,cpu")]
    [InlineData("""{ "hardware": { "preferred": "auto" } }""", "")]
    [InlineData("""{ "hardware": { "preferred": "auto", "fallback": [ "cpu" ] } }""", "npu,gpu,cpu")]
    [InlineData("""{ "hardware": { "preferred": "cpu", "fallback": "gpu, cpu" } }""", "cpu,gpu")]
    [InlineData("""{ "hardware": { "fallback": [ "gpu", "cpu" ] } }""", "gpu,cpu")]
    [InlineData("""{ "hardware": { "preferred": "gpu:vendor=amd", "fallback": [ "cpu" ] } }""", "gpu:vendor=amd,cpu")]
    [InlineData("""{ "hardware": { "preferred": "gpu", "fallback": [] } }""", "gpu")]
    [InlineData("""{ "optimization": { "batch_size": 2 } }""", "")]
    public void Hardware_Preference_BecomesAnOrder(string deployment, string expected)
    {
        var options = HostFixture.Read($$"""{ "deployment": {{deployment}} }""");

        Assert.Equal(expected, string.Join(",", options.Defaults.Devices));
    }

    [Theory]
    [InlineData("""{ "batch_processing": false, "parallel_requests": 8 }""", 1)]
    [InlineData("""{ "hardware_scheduling": { "enable_dynamic_batching": false } }""", 1)]
    [InlineData("""{ "hardware_scheduling": { "max_batch_size": 2 } }""", 2)]
    [InlineData("""{ "parallel_requests": 3 }""", 3)]
    public void Performance_Batching_SetsTheRepliesAtOnce(string performance, int expected)
    {
        var options = HostFixture.Read($$"""{ "performance": {{performance}} }""");

        Assert.Equal(expected, options.Defaults.MaxConcurrentReplies);
    }

    [Theory]
    [InlineData(
        """{ "deployment": { "model": "x.gguf", "modle": 1 } }""",
        "deployment:modle is unknown. Did you mean model?"
    )]
    [InlineData(
        """{ "deployment": { "hardware": { "prefered": "gpu" } } }""",
        "deployment:hardware:prefered is unknown. Did you mean preferred?"
    )]
    [InlineData(
        """{ "deployment": { "hardware": { "preferred": "tpu" } } }""",
        "deployment:hardware is 'tpu'. 'tpu' names no device."
    )]
    [InlineData(
        """{ "deployment": { "hardware": "gpu" } }""",
        "deployment:hardware is 'gpu'. A section with preferred, fallback is wanted."
    )]
    [InlineData("""{ "deployment": { "api": { "port": 1, "host": "x" } } }""", "deployment:api:host is unknown.")]
    [InlineData(
        """{ "deployment": { "optimization": { "batch_size": 0 } } }""",
        "deployment:optimization:batch_size is '0'."
    )]
    [InlineData(
        """{ "deployment": { "optimization": { "max_context": "4k" } } }""",
        "deployment:optimization:max_context is '4k'. A whole number is wanted."
    )]
    [InlineData("""{ "performance": { "parallel_requests": 65 } }""", "performance:parallel_requests is '65'.")]
    [InlineData(
        """{ "performance": { "batch_processing": "yes" } }""",
        "performance:batch_processing is 'yes'. true or false is wanted."
    )]
    [InlineData(
        """{ "performance": { "memory_optimization": { "max_cache_size": "4 g" } } }""",
        "performance:memory_optimization:max_cache_size is '4 g'. The unit 'g' alone"
    )]
    [InlineData(
        """{ "performance": { "memory_optimization": { "enable_kv_cache": false } } }""",
        "performance:memory_optimization:enable_kv_cache is 'False'. A reply cannot"
    )]
    public void Document_BadKeyOrValue_IsToldByName(string json, string expected)
    {
        var problem = Assert.Single(HostFixture.ReadProblems(json));

        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_Unchanged_ServeARealModel()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var document = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(document, $$"""{ {{Deployment}}, {{Performance}} }""");
            builder.Configuration.AddJsonFile(document);
            builder.Configuration["LocalSlm:Models:microsoft/phi-4-mini"] = TestAssets.MiniMindPath;
            builder.Configuration["LocalSlm:NativeLibraryDirectory"] = TestAssets.NativeDirectory;
            builder.Services.AddLocalSlm(builder.Configuration);
            using var host = builder.Build();
            await host.StartAsync();

            var chat = host.Services.GetRequiredService<IChatClient>();
            var reply = await chat.GetResponseAsync(
                "What is the capital of France?",
                new() { Temperature = 0, MaxOutputTokens = 24 }
            );

            // The answer that the test model's own notes give for greedy decoding.
            Assert.Contains("Paris", reply.Text, StringComparison.Ordinal);
            Assert.Equal("microsoft/phi-4-mini", reply.ModelId);
            var info = chat.GetService<LoadedModelInfo>()!;
            Assert.Equal((4096, 4), (info.ContextTokens, info.MaxConcurrentReplies));
            await host.StopAsync();
        }
        finally
        {
            File.Delete(document);
        }
    }

    [Fact]
    public void Model_ThatIsAPath_IsServedUnderIt()
    {
        var options = HostFixture.Read($$"""{ {{DeploymentOf(TestAssets.MiniMindPath)}} }""");

        Assert.Equal(TestAssets.MiniMindPath, options.Models[options.DefaultModel!].Path);
    }

    [Fact]
    public void Keys_OfBothDocuments_AreAllInTheTable()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        HostFixture.AddJson(builder, $$"""{ {{Deployment}}, {{Performance}} }""");

        var leaves = builder
            .Configuration.AsEnumerable()
            .Where(static pair => pair.Value is not null)
            .Select(static pair => pair.Key.Replace(":fallback:0", ":fallback", StringComparison.Ordinal))
            .Where(static key => !key.EndsWith(":1", StringComparison.Ordinal));

        Assert.Equal(leaves.Order(), DeploymentKeys.All.Select(static key => key.Path).Order());
    }

    private static string DeploymentOf(string model) =>
        """
            "deployment":{"model":"MODEL","hardware":{"preferred":"npu","fallback":["gpu","cpu"]},"optimization":{"quantization":"dynamic","batch_size":4,"max_context":4096},"api":{"port":8080,"openai_compatible":true}}
            """.Replace("MODEL", model, StringComparison.Ordinal);
}
