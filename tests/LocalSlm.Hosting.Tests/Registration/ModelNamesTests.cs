using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Registration;

/// <summary>Names of models in configuration: tags behind a colon, publishers before a slash, the short form.</summary>
public sealed class ModelNamesTests
{
    [Fact]
    public void Models_NamesWithColonsAndSlashes_MapToTheirPaths()
    {
        var options = HostFixture.Read(
            """
            { "LocalSlm": { "Models": {
                "microsoft/phi-4-mini": "models/phi-4-mini",
                "qwen2.5": "models/qwen.gguf",
                "qwen2.5:3b": "models/qwen-3b.gguf",
                "qwen2.5:7b": { "Path": "models/qwen-7b.gguf", "Threads": 2, "Devices": [ "gpu", "cpu" ] },
                "registry:5000/team/phi:q4": "models/team.gguf"
            } } }
            """
        );

        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["microsoft/phi-4-mini"] = "models/phi-4-mini",
                ["qwen2.5"] = "models/qwen.gguf",
                ["qwen2.5:3b"] = "models/qwen-3b.gguf",
                ["qwen2.5:7b"] = "models/qwen-7b.gguf",
                ["registry:5000/team/phi:q4"] = "models/team.gguf",
            },
            options.Models.ToDictionary(static model => model.Key, static model => model.Value.Path)
        );
        Assert.Equal(2, options.Models["qwen2.5:7b"].Load.Threads);
        Assert.Equal(2, options.Models["qwen2.5:7b"].Load.Devices.Count);
    }

    [Fact]
    public void Models_ShortFormWithOptionsOfALaterSource_IsOneModel()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        HostFixture.AddJson(builder, """{ "LocalSlm": { "Models": { "a:b": "fake:a" } } }""");
        HostFixture.AddJson(builder, """{ "LocalSlm": { "Models": { "a:b": { "Threads": 2 } } } }""");
        builder.Services.AddLocalSlm(builder.Configuration);
        using var host = builder.Build();

        Assert.Equal(["a:b"], host.Services.GetRequiredService<LocalModelHost>().Names);
    }

    [Fact]
    public async Task Models_NameWithAColon_IsServedUnderItsKey()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        HostFixture.AddJson(builder, """{ "LocalSlm": { "Models": { "qwen2.5:3b": "fake:qwen" } } }""");
        builder.Services.AddLocalSlm(builder.Configuration);
        using var host = builder.Build();

        var response = await host
            .Services.GetRequiredKeyedService<IChatClient>("qwen2.5:3b")
            .GetResponseAsync("hi", new() { MaxOutputTokens = 1 });

        Assert.Equal("qwen2.5:3b", response.ModelId);
    }

    [Theory]
    [InlineData("""{ "Paht": "models/a.gguf" }""", "LocalSlm:Models:a:Paht is unknown. Did you mean Path?")]
    [InlineData(
        """{ "Path": "models/a.gguf", "Devcies": [ "cpu" ] }""",
        "LocalSlm:Models:a:Devcies is unknown. Did you mean Devices?"
    )]
    [InlineData(
        """{ "Path": "models/a.gguf", "Colour": "red" }""",
        "LocalSlm:Models:a:Colour is unknown. Known are: Path, "
    )]
    [InlineData(
        """{ "Path": "models/a.gguf", "Threads": { "Most": 2 } }""",
        "LocalSlm:Models:a:Threads is a section or a list."
    )]
    public void Models_UnknownKey_IsToldByName(string model, string expected)
    {
        var problems = HostFixture.ReadProblems($$"""{ "LocalSlm": { "Models": { "a": {{model}} } } }""");

        Assert.Contains(problems, problem => problem.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Models_WithoutAPath_SaysTheLineToAdd()
    {
        var problem = Assert.Single(HostFixture.ReadProblems("""{ "LocalSlm": { "Models": { "phi": { } } } }"""));

        Assert.Contains(
            """ "LocalSlm": { "Models": { "phi": "path/to/the/model" } }""",
            problem,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void DefaultModel_Unknown_SaysTheNearOneAndTheLineToAdd()
    {
        var problem = Assert.Single(
            HostFixture.ReadProblems(
                """{ "LocalSlm": { "DefaultModel": "qwen2.5:3B", "Models": { "qwen2.5:3b": "fake:q" } } }"""
            )
        );

        Assert.Contains("Did you mean 'qwen2.5:3b'?", problem, StringComparison.Ordinal);
        Assert.Contains("\"qwen2.5:3B\": \"path/to/the/model\"", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelId_Unknown_IsATypedErrorWithTheLineToAdd()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        HostFixture.AddJson(builder, """{ "LocalSlm": { "Models": { "a": "fake:a" } } }""");
        builder.Services.AddLocalSlm(builder.Configuration);
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() =>
            host.Services.GetRequiredService<IChatClient>().GetResponseAsync("hi", new() { ModelId = "phi:mini" })
        );

        Assert.Equal("phi:mini", error.Model);
        Assert.Contains("\"Models\": { \"phi:mini\": \"path/to/the/model\" }", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_NestedWithoutEnd_IsBounded()
    {
        var json = new System.Text.StringBuilder();
        for (var depth = 0; depth < 60; depth++)
        {
            json.Append("{\"n\":");
        }

        json.Append("{\"Path\":\"x.gguf\"}").Append('}', 60);

        var problems = HostFixture.ReadProblems($$"""{ "LocalSlm": { "Models": { "a": {{json}} } } }""");

        Assert.NotEmpty(problems);
    }
}
