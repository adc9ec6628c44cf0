using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalSlm.Tests.Hosting.Registration;

/// <summary>What cannot be read, and what contradicts itself, is told by name with what to write.</summary>
public sealed class BadOptionsTests
{
    [Theory]
    [InlineData(
        "\"MemoryBudgetBytes\": \"4 g\"",
        "LocalSlm:MemoryBudgetBytes is '4 g'. The unit 'g' alone is not clear: write 4GB"
    )]
    [InlineData("\"MemoryBudgetBytes\": \"x\"", "LocalSlm:MemoryBudgetBytes is 'x'. A size is wanted")]
    [InlineData("\"MemoryBudgetBytes\": 0", "LocalSlm:MemoryBudgetBytes is '0'. It must be more than 0.")]
    [InlineData("\"LowMemoryBytes\": \"-1MB\"", "LocalSlm:LowMemoryBytes is '-1MB'. It must be 0 or more.")]
    [InlineData("\"KeepAlive\": \"abc\"", "LocalSlm:KeepAlive is 'abc'. A duration is wanted")]
    [InlineData("\"StopGracePeriod\": \"-1\"", "LocalSlm:StopGracePeriod is '-1'.")]
    [InlineData("\"MaxLoadedModels\": 0", "LocalSlm:MaxLoadedModels is '0'. It must be at least 1.")]
    [InlineData("\"MaxWaitingRequests\": \"many\"", "LocalSlm:MaxWaitingRequests is 'many'. A whole number is wanted.")]
    [InlineData("\"KeepALife\": \"5m\"", "LocalSlm:KeepALife is unknown. Did you mean KeepAlive?")]
    [InlineData("\"Defaults\": { \"GpuLayers\": -1 }", "LocalSlm:Defaults:GpuLayers is '-1'.")]
    [InlineData(
        "\"Defaults\": { \"LoadTimeout\": \"0\" }",
        "LocalSlm:Defaults:LoadTimeout is '0'. It must be more than"
    )]
    [InlineData("\"Defaults\": { \"GpuSplit\": \"1, x\" }", "LocalSlm:Defaults:GpuSplit is 'x'. A number is wanted.")]
    [InlineData("\"Defaults\": { \"GpuSplit\": [ 1, -1 ] }", "Defaults: GpuSplit holds -1.")]
    [InlineData("\"Defaults\": { \"KvCacheType\": 3 }", "LocalSlm:Defaults:KvCacheType is '3'. One of Float16")]
    [InlineData("\"Defaults\": { \"RequireDevice\": \"tpu\" }", "LocalSlm:Defaults:RequireDevice is 'tpu'.")]
    [InlineData(
        "\"Defaults\": { \"RequireDevice\": \"npu\", \"Devices\": \"cpu\" }",
        "Defaults: RequireDevice is npu, but Devices lists cpu."
    )]
    [InlineData(
        "\"Defaults\": { \"RequireDevice\": \"npu\", \"ExcludedDevices\": \"npu\" }",
        "Defaults: RequireDevice is npu, but ExcludedDevices"
    )]
    [InlineData(
        "\"Defaults\": { \"Devices\": \"gpu\", \"ExcludedDevices\": \"GPU\" }",
        "Defaults: Devices lists gpu, but ExcludedDevices"
    )]
    [InlineData("\"MaxLoadedModels\": 1", "MaxLoadedModels is 1, but 2 models have LoadAtStart")]
    public void Options_ThatAreWrong_AreToldByName(string option, string expected)
    {
        var problems = HostFixture.ReadProblems(
            $$"""
            { "LocalSlm": { {{option}}, "Models": {
                "a": { "Path": "fake:a", "LoadAtStart": true }, "b": { "Path": "fake:b", "LoadAtStart": true } } } }
            """
        );

        var problem = Assert.Single(problems);
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void EmbeddingModel_DevicesThatContradict_AreTold()
    {
        var problem = Assert.Single(
            HostFixture.ReadProblems(
                """
                { "LocalSlm": { "EmbeddingModels": {
                    "e": { "Path": "fake:e", "RequireDevice": "gpu", "Devices": "cpu", "BatchTokens": 64 } } } }
                """
            )
        );

        Assert.StartsWith("Embedding model 'e': RequireDevice is gpu", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryBudget_BelowTheFileOfAModel_IsTold()
    {
        var path = TestAssets.MiniMindPath;
        var problems = HostFixture.ReadProblems(
            """{ "LocalSlm": { "MemoryBudgetBytes": "1MB" } }""",
            models => models.AddChatModel("mini", path, static model => model.Load.MemoryBudgetBytes = 2_000_000)
        );

        Assert.Equal(2, problems.Count);
        Assert.Contains(
            $"MemoryBudgetBytes of the host is 1000000, but its file alone has {new FileInfo(path).Length} bytes",
            problems[0],
            StringComparison.Ordinal
        );
        Assert.Contains("Model 'mini': MemoryBudgetBytes is 2000000", problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public void StateDirectory_ThatIsAFile_IsTold()
    {
        var problem = Assert.Single(
            HostFixture.ReadProblems(
                "{}",
                static models =>
                    models.Services.Configure<LocalSlmOptions>(static options =>
                        options.StateDirectory = typeof(BadOptionsTests).Assembly.Location
                    )
            )
        );

        Assert.Contains("is a file", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void RootOfAnApplication_KeysOfOthers_AreLeftAlone()
    {
        var options = HostFixture.Read(
            """
            { "Logging": { "LogLevel": "Debug" }, "PATH": "/bin", "MODEL": "x", "deployment": "production", "performance": { "Budget": 1 },
              "Models": { "a": "fake:a" } }
            """
        );

        Assert.Equal("fake:a", options.Models["a"].Path);
        Assert.StartsWith(
            "Modles is unknown. Did you mean Models?",
            Assert.Single(HostFixture.ReadProblems("""{ "Modles": { "a": "fake:a" } }""")),
            StringComparison.Ordinal
        );
    }
}
