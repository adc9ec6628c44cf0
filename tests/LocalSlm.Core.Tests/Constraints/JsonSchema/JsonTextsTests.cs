using System.Text.Json;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>JSON without a schema.</summary>
public sealed class JsonTextsTests
{
    /// <summary>Right by the grammar of JSON, but read by no common type: it is never generated.</summary>
    private static readonly string[] Overflowing = ["1e400"];

    private static GrammarMatcher Any(JsonWhitespace whitespace, bool objectsOnly = false) =>
        new(
            CompiledGrammar.Compile(
                JsonSchemaCompiler.CompileAnyJson(new JsonSchemaSettings { Whitespace = whitespace }, objectsOnly)
            )
        );

    [Fact]
    public void CompileAnyJson_GoldenTexts_AcceptsJsonAlone()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(TestAssets.GoldenOrSkip("jsonschema/json-texts.json")));
        var matcher = Any(JsonWhitespace.Bounded);
        var failures = new List<string>();
        foreach (var kind in new[] { "valid", "invalid" })
        {
            foreach (var text in file.RootElement.GetProperty(kind).EnumerateArray().Select(text => text.GetString()!))
            {
                if (SchemaGrammars.Accepts(matcher, text) != (kind == "valid" && !Overflowing.Contains(text)))
                {
                    failures.Add($"{kind}: {text}");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("{\"a\":[1,{\"b\":null}]}", true)]
    [InlineData("[]", false)]
    [InlineData("1", false)]
    public void CompileAnyJson_ObjectsOnly_AcceptsObjects(string text, bool accepted) =>
        Assert.Equal(accepted, SchemaGrammars.Accepts(Any(JsonWhitespace.Compact, objectsOnly: true), text));

    [Fact]
    public void CompileAnyJson_Bounded_NeverAllowsEndlessWhiteSpace()
    {
        var matcher = Any(JsonWhitespace.Bounded, objectsOnly: true);
        foreach (
            var (before, space) in new[]
            {
                ("{", " "),
                ("{", "\n"),
                ("{\n", " "),
                ("{\"a\"", "\t"),
                ("{\"a\":1}", "\n "),
                ("", "\r\n"),
            }
        )
        {
            matcher.Reset();
            Assert.True(matcher.TryAdvance(System.Text.Encoding.UTF8.GetBytes(before)));
            var steps = 0;
            while (matcher.TryAdvance(System.Text.Encoding.UTF8.GetBytes(space)))
            {
                Assert.True(++steps < 100, $"'{before}' lets white space go on");
            }
        }
    }

    [Fact]
    public void CompileAnyJson_LoneSurrogatesAndBadUtf8_AreBlocked()
    {
        var matcher = Any(JsonWhitespace.Compact);
        Assert.False(SchemaGrammars.Accepts(matcher, "\"\\ud800\""));
        Assert.False(SchemaGrammars.Accepts(matcher, "\"\\udc00\\ud800\""));
        Assert.True(SchemaGrammars.Accepts(matcher, "\"\\ud83d\\ude00\""));
        matcher.Reset();
        Assert.False(matcher.TryAdvance([(byte)'"', 0xC0, 0x80]));
        Assert.False(matcher.TryAdvance([(byte)'"', 0xED, 0xA0, 0x80]));
        Assert.True(matcher.TryAdvance([(byte)'"', 0xF0, 0x9F]));
        Assert.False(matcher.TryAdvance([(byte)'"']));
    }
}
