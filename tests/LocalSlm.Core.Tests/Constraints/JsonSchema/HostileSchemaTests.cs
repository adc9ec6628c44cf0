using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LocalSlm.Constraints.JsonSchema;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>Schemas that are no schemas, that say nothing, or that try to take the machine down.</summary>
public sealed class HostileSchemaTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("5", "", null)]
    [InlineData("[]", "", null)]
    [InlineData("null", "", null)]
    [InlineData("\"string\"", "", null)]
    [InlineData("""{"type":5}""", "", "type")]
    [InlineData("""{"type":"text"}""", "", "type")]
    [InlineData("""{"type":[]}""", "", "type")]
    [InlineData("""{"type":["string",1]}""", "", "type")]
    [InlineData("""{"minLength":-1}""", "", "minLength")]
    [InlineData("""{"maxLength":1.5}""", "", "maxLength")]
    [InlineData("""{"properties":{"a/b":{"minLength":"x"}}}""", "/properties/a~1b", "minLength")]
    [InlineData("""{"pattern":"("}""", "", "pattern")]
    [InlineData("""{"pattern":5}""", "", "pattern")]
    [InlineData("""{"patternProperties":{"[":{}}}""", "", "patternProperties")]
    [InlineData("""{"properties":[]}""", "", "properties")]
    [InlineData("""{"properties":{"a":5}}""", "/properties/a", null)]
    [InlineData("""{"items":5}""", "/items", null)]
    [InlineData("""{"required":"a"}""", "", "required")]
    [InlineData("""{"required":[1]}""", "", "required")]
    [InlineData("""{"enum":{}}""", "", "enum")]
    [InlineData("""{"allOf":{}}""", "", "allOf")]
    [InlineData("""{"anyOf":[]}""", "", "anyOf")]
    [InlineData("""{"minimum":"1"}""", "", "minimum")]
    [InlineData("""{"multipleOf":0}""", "", "multipleOf")]
    [InlineData("""{"uniqueItems":"yes"}""", "", "uniqueItems")]
    [InlineData("""{"const":"\ud800"}""", "", "const")]
    [InlineData("""{"const":1e999}""", "", "const")]
    [InlineData("""{"$ref":5}""", "", "$ref")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "", "$ref")]
    [InlineData("""{"$ref":"#none"}""", "", "$ref")]
    [InlineData("""{"items":{"$ref":"https://example.org/schema.json"}}""", "/items", "$ref")]
    [InlineData("""{"$ref":"other.json#/a"}""", "", "$ref")]
    [InlineData("""{"format":"regex"}""", "", "format")]
    [InlineData("""{"uniqueItems":true}""", "", "uniqueItems")]
    [InlineData("""{"divisibleBy":2}""", "", "divisibleBy")]
    [InlineData("""{"type":"object","minProperties":2}""", "", "minProperties")]
    [InlineData("""{"not":{"format":"email"}}""", "", "not")]
    [InlineData("""{"not":{"additionalProperties":{"type":"string"}}}""", "", "not")]
    public void Compile_WhatCannotBeDone_IsRefusedByPathAndKeyword(string schema, string path, string? keyword)
    {
        var error = Assert.Throws<UnsupportedSchemaException>(() => SchemaGrammars.Compile(schema));
        Assert.Equal(path, error.Path);
        Assert.Equal(keyword, error.Keyword);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("""{"enum":[]}""")]
    [InlineData("""{"type":"string","enum":[1,2]}""")]
    [InlineData("""{"type":"integer","minimum":5,"maximum":4}""")]
    [InlineData(
        """{"$ref":"#/$defs/A","$defs":{"A":{"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"required":["a"]}}}"""
    )]
    [InlineData("""{"type":"array","items":{"$ref":"#"},"minItems":1}""")]
    [InlineData("""{"type":"object","properties":{"a":false},"required":["a"]}""")]
    [InlineData("""{"type":"object","required":["a"],"maxProperties":0}""")]
    public void Compile_NoValuePossible_IsRefused(string schema)
    {
        var error = Assert.Throws<UnsupportedSchemaException>(() => SchemaGrammars.Compile(schema));
        Assert.Contains("no finite value", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"allOf":[{"$ref":"#"}]}""")]
    [InlineData(
        """{"$ref":"#/$defs/A","$defs":{"A":{"allOf":[{"$ref":"#/$defs/B"}]},"B":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/A"}]}}}"""
    )]
    [InlineData("""{"not":{"$ref":"#"}}""")]
    public void Compile_ReferenceToItself_IsRefused(string schema)
    {
        var error = Assert.Throws<UnsupportedSchemaException>(() => SchemaGrammars.Compile(schema));
        Assert.Contains("itself", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Hostile =>
        [
            "deep items",
            "deep properties",
            "deep const",
            "long chain of references",
            "long chain of references in place",
            "many properties",
            "many optional properties",
            "many prefix items",
            "many anyOf",
            "many oneOf of constants",
            "product of anyOf",
            "product of oneOf",
            "product of not",
            "many patterns",
            "many dependents",
            "exponential pattern",
            "huge bounds",
            "nested allOf of one",
        ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Compile_HostileSchema_EndsSoonOneWayOrTheOther(string name)
    {
        using var schema = JsonDocument.Parse(Make(name), new JsonDocumentOptions { MaxDepth = 1_000_000 });
        var clock = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = "compiled";
        try
        {
            SchemaGrammars.Compile(schema.RootElement);
        }
        catch (LocalSlmException e)
        {
            Assert.True(e.Message.Length < 1_000, $"a message of {e.Message.Length} characters");
            outcome = e.Message;
        }

        var megabytes = (GC.GetAllocatedBytesForCurrentThread() - before) >> 20;
        TestContext.Current.SendDiagnosticMessage($"{name}: {clock.ElapsedMilliseconds} ms, {megabytes} MB, {outcome}");
        Assert.True(clock.Elapsed < Limit, $"{clock.Elapsed}: {outcome}");
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Compile_HostileSchemaCancelled_EndsAtOnce(string name)
    {
        using var schema = JsonDocument.Parse(Make(name), new JsonDocumentOptions { MaxDepth = 1_000_000 });
        using var cancellation = new CancellationTokenSource();
        var settings = new JsonSchemaSettings { CancellationToken = cancellation.Token };
        await cancellation.CancelAsync();
        Assert.Throws<OperationCanceledException>(() => JsonSchemaCompiler.Compile(schema.RootElement, settings));
    }

    [Theory]
    [InlineData("long chain of references")]
    [InlineData("many anyOf")]
    public void Compile_TooMuchWork_IsRefusedAsASchema(string name)
    {
        using var schema = JsonDocument.Parse(Make(name));
        Assert.Throws<UnsupportedSchemaException>(() =>
            JsonSchemaCompiler.Compile(schema.RootElement, new JsonSchemaSettings())
        );
    }

    [Fact]
    public void Compile_HundredThousandEnumValues_Works()
    {
        var random = new Random(4);
        var values = Enumerable.Range(0, 100_000).Select(i => $"v{random.Next():x}{i}").ToArray();
        var clock = Stopwatch.StartNew();
        var matcher = SchemaGrammars.Compile(
            $"{{\"enum\":[{string.Join(',', values.Select(value => $"\"{value}\""))}]}}"
        );
        TestContext.Current.SendDiagnosticMessage($"{clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed < Limit);
        Assert.True(SchemaGrammars.Accepts(matcher, $"\"{values[77_777]}\""));
        Assert.False(SchemaGrammars.Accepts(matcher, $"\"{values[77_777]}x\""));
    }

    [Theory]
    [InlineData("""{"type":"string","maxLength":1000000000}""", "\"abc\"")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"maxItems":1000000000}""", "[1,2]")]
    [InlineData("""{"type":"object","maxProperties":1000000000,"properties":{"a":{}}}""", "{\"a\":1}")]
    [InlineData("""{"type":"array","maxItems":1e30}""", "[]")]
    [InlineData("""{"type":"string","maxLength":1e30}""", "\"\"")]
    public void Compile_HugeCounts_AreCounted(string schema, string text) =>
        Assert.True(SchemaGrammars.Accepts(SchemaGrammars.Compile(schema), text));

    private static string Make(string name)
    {
        // Parsing documents as deep as they are long takes time that grows with the square: not what is measured here.
        const int Deep = 10_000;
        const int Many = 100_000;
        switch (name)
        {
            case "deep items":
                return Nest("{\"items\":", Deep);
            case "deep properties":
                return Nest("{\"properties\":{\"a\":", Deep, "}}");
            case "deep const":
                return "{\"const\":" + Nest("[", Deep, "]", "1") + "}";
            case "long chain of references":
                return Chain("{{\"properties\":{{\"a\":{{\"$ref\":\"#/$defs/d{0}\"}}}}}}");
            case "long chain of references in place":
                return Chain("{{\"$ref\":\"#/$defs/d{0}\"}}");
            case "many properties":
                return "{\"properties\":{"
                    + Join(Many, "\"p{0}\":{{\"type\":\"integer\"}}")
                    + "},\"required\":["
                    + Join(Many, "\"p{0}\"")
                    + "]}";
            case "many optional properties":
                return "{\"additionalProperties\":false,\"properties\":{"
                    + Join(20_000, "\"p{0}\":{{\"type\":\"integer\"}}")
                    + "}}";
            case "many prefix items":
                return "{\"prefixItems\":[" + Join(Many, "{{\"const\":{0}}}") + "]}";
            case "many anyOf":
                return "{\"anyOf\":["
                    + Join(20_000, "{{\"properties\":{{\"k\":{{\"const\":{0}}}}},\"required\":[\"k\"]}}")
                    + "]}";
            case "many oneOf of constants":
                return "{\"oneOf\":[" + Join(10_000, "{{\"const\":\"c{0}\"}}") + "]}";
            case "product of anyOf":
                return "{\"allOf\":["
                    + Join(
                        30,
                        "{{\"anyOf\":[{{\"required\":[\"a{0}\"]}},{{\"required\":[\"b{0}\"]}},{{\"required\":[\"c{0}\"]}}]}}"
                    )
                    + "]}";
            case "product of oneOf":
                return "{\"oneOf\":[" + Join(30, "{{\"properties\":{{\"a{0}\":{{\"type\":\"string\"}}}}}}") + "]}";
            case "product of not":
                return "{\"allOf\":[" + Join(40, "{{\"not\":{{\"required\":[\"a{0}\",\"b{0}\"]}}}}") + "]}";
            case "many patterns":
                return "{\"patternProperties\":{" + Join(40, "\"x{0}\":{{\"minimum\":{0}}}") + "}}";
            case "many dependents":
                return "{\"dependentRequired\":{" + Join(40, "\"a{0}\":[\"b{0}\"]") + "}}";
            case "exponential pattern":
                return """{"pattern":"(a|b)*a(a|b){60}$"}""";
            case "huge bounds":
                return """{"type":"string","pattern":"a.*b","minLength":900000000,"maxLength":1000000000}""";
            case "nested allOf of one":
                return Nest("{\"allOf\":[", 200, "]}");
            default:
                throw new ArgumentOutOfRangeException(nameof(name));
        }
    }

    private static string Nest(string open, int depth, string close = "}", string core = "{}") =>
        new StringBuilder()
            .Insert(0, open, depth)
            .Append(core)
            .Insert(0, "")
            .Append(string.Concat(Enumerable.Repeat(close, depth)))
            .ToString();

    private static string Chain(string link)
    {
        const int Length = 20_000;
        var schema = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
        for (var i = 0; i < Length; i++)
        {
            schema
                .Append(CultureInfo.InvariantCulture, $"\"d{i}\":")
                .AppendFormat(CultureInfo.InvariantCulture, link, i + 1)
                .Append(',');
        }

        return schema.Append(CultureInfo.InvariantCulture, $"\"d{Length}\":{{\"type\":\"null\"}}}}}}").ToString();
    }

    private static string Join(int count, string format) =>
        string.Join(
            ',',
            Enumerable.Range(0, count).Select(i => string.Format(CultureInfo.InvariantCulture, format, i))
        );
}
