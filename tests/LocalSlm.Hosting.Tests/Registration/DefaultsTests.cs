using LocalSlm.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LocalSlm.Tests.Hosting.Registration;

/// <summary>The load options of a host that every model starts from.</summary>
public sealed class DefaultsTests
{
    [Fact]
    public void Defaults_ModelsThatSayNothing_TakeThem()
    {
        var options = HostFixture.Read(
            """
            { "LocalSlm": {
                "Defaults": { "Threads": 3, "Devices": "gpu, cpu", "MaxConcurrentReplies": 8, "ChatTemplateVariables": { "a": 1, "b": 2 } },
                "Models": {
                    "silent": "fake:1",
                    "own": { "Path": "fake:2", "Threads": "", "MaxConcurrentReplies": 4, "ChatTemplateVariables": { "b": 3 } }
                } } }
            """,
            models => models.AddChatModel("code", "fake:3", model => model.Load.MaxConcurrentReplies = 4)
        );

        var (silent, own, code) = (
            options.Models["silent"].Load,
            options.Models["own"].Load,
            options.Models["code"].Load
        );
        Assert.Equal((3, 8, 2), (silent.Threads, silent.MaxConcurrentReplies, silent.Devices.Count));
        // What a model says wins, though it says what nobody would have to.
        Assert.Equal((null, 4, 2), (own.Threads, own.MaxConcurrentReplies, own.Devices.Count));
        Assert.Equal((3, 4, 2), (code.Threads, code.MaxConcurrentReplies, code.Devices.Count));
        Assert.Equal((1L, 3L), (own.ChatTemplateVariables["a"], own.ChatTemplateVariables["b"]));
        Assert.NotSame(silent.Devices, own.Devices);
    }

    [Fact]
    public void Defaults_SetInCodeAfterwards_ReachConfiguredModels()
    {
        var options = HostFixture.Read(
            """{ "LocalSlm": { "Defaults": { "Threads": 3 }, "Models": { "a": "fake:1" } } }""",
            static models => models.Services.Configure<LocalSlmOptions>(static options => options.Defaults.Threads = 5)
        );

        Assert.Equal(5, options.Models["a"].Load.Threads);
    }

    [Fact]
    public void Defaults_ModelRequiresADevice_TheirListDoesNotContradictIt()
    {
        var options = HostFixture.Read(
            """
            { "LocalSlm": { "Defaults": { "Devices": "npu, cpu", "ChatTemplate": "x" }, "Models": {
                "a": { "Path": "fake:1", "RequireDevice": "gpu", "ChatTemplateName": "tool_use" },
                "b": { "Path": "fake:2", "RequireDevice": "" } } } }
            """
        );

        Assert.Empty(options.Models["a"].Load.Devices);
        Assert.Null(options.Models["a"].Load.ChatTemplate);
        // Saying that no device is required is no list either: the model chooses for itself.
        Assert.Empty(options.Models["b"].Load.Devices);
    }

    [Fact]
    public void Defaults_EveryOption_LeavesEmbeddingModelsSound()
    {
        var options = HostFixture.Read(
            """
            { "LocalSlm": { "Defaults": {
                "ContextTokens": 512, "CacheTokens": 1024, "MaxConcurrentReplies": 2, "CachedConversations": 1, "ReplyBufferUpdates": 9,
                "StalledReaderTimeout": 3, "KvCacheType": "Q8_0", "KvCacheLayout": "Unified", "PrefillChunkTokens": 32,
                "ChatTemplate": "x", "ToolFormat": "hermes", "ChatTemplateVariables": { "a": 1 },
                "Threads": 2, "BatchTokens": 64, "Devices": "cpu" },
                "EmbeddingModels": { "e": "fake:e" } } }
            """
        );

        var embedding = options.EmbeddingModels["e"].Embedding;
        Assert.Empty(embedding.FindConflicts());
        Assert.Equal((2, 64, 1), (embedding.Load.Threads, embedding.Load.BatchTokens, embedding.Load.Devices.Count));
    }

    [Fact]
    public void Defaults_ThatContradictThemselves_AreToldOnce()
    {
        var problems = HostFixture.ReadProblems(
            """
            { "LocalSlm": { "Defaults": { "RequireDevice": "cpu", "GpuLayers": 3, "Thread": 2 },
              "Models": { "a": "fake:1", "b": "fake:2" } } }
            """
        );

        Assert.Equal(2, problems.Count);
        Assert.Contains(
            problems,
            static problem => problem.StartsWith("Defaults: GpuLayers is 3", StringComparison.Ordinal)
        );
        Assert.Contains(
            problems,
            static problem => problem.Contains("Did you mean Threads?", StringComparison.Ordinal)
        );
    }
}
