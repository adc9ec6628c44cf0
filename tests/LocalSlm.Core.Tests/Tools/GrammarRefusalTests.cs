using System.Text.Json;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>What calls in a format's notation cannot be held to is refused by tool and place.</summary>
public class GrammarRefusalTests
{
    [Theory]
    [InlineData("qwen3-coder", "note/1", """{"type":"string","not":{"const":"x"}}""", "not", "#/properties/note~11")]
    [InlineData(
        "functiongemma",
        "note",
        """{"type":"string","allOf":[{"minLength":1}]}""",
        "allOf",
        "#/properties/note"
    )]
    [InlineData("gemma4", "note", """{"enum":["<tool_call|>"]}""", "enum", "#/properties/note")]
    [InlineData("glm-4.5", "note", """{"enum":["</arg_value>"]}""", "enum", "#/properties/note")]
    [InlineData("lfm2", "a note", """{"type":"string"}""", null, "#/properties/a note")]
    public void BuildGrammar_SchemaBeyondTheNotation_NamesToolAndPlace(
        string format,
        string argument,
        string schema,
        string? keyword,
        string place
    )
    {
        var parameters = JsonElement.Parse($$"""{"type":"object","properties":{"{{argument}}":{{schema}} } }""");
        var tools = new[] { ReplySample.Ping, new ToolDescription("write_note", "", parameters) };

        var error = Assert.Throws<InvalidToolException>(() =>
            ToolFormats.Find(format)!.BuildGrammar(GrammarSample.Input(tools))
        );

        Assert.Equal("write_note", error.Tool);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        var cause = Assert.IsType<UnsupportedSchemaException>(error.InnerException);
        Assert.Equal((place[1..], keyword), (cause.Path, cause.Keyword));
    }
}
