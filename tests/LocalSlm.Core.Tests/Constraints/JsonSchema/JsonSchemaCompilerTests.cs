using LocalSlm.Constraints.JsonSchema;

namespace LocalSlm.Tests.Constraints.JsonSchema;

public sealed class JsonSchemaCompilerTests
{
    [Theory]
    // Order: declared keys as declared, others behind them; none twice.
    [InlineData("""{"type":"object","properties":{"a":{},"b":{}}}""", "{\"a\":1,\"b\":2,\"c\":3}", true)]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{}}}""", "{\"b\":2,\"a\":1}", false)]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{}}}""", "{\"c\":3,\"a\":1}", false)]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{}}}""", "{\"a\":1,\"a\":1}", false)]
    [InlineData("""{"type":"object","properties":{"a":{}}}""", "{\"\\u0061\":1}", false)]
    // A value of another type is not bound by keywords of objects.
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", "5", true)]
    // Integers are written as integers, so that readers take them for such; other numbers as JSON has them.
    [InlineData("""{"type":"integer"}""", "1.0", false)]
    [InlineData("""{"type":"number"}""", "1e5", true)]
    [InlineData("""{"type":"integer","enum":[1,2]}""", "1.0", false)]
    [InlineData("""{"enum":[1,2]}""", "1.0", true)]
    [InlineData("""{"type":"number","multipleOf":0.01,"minimum":0}""", "12.34", true)]
    [InlineData("""{"type":"number","multipleOf":0.01,"minimum":0}""", "12.345", false)]
    [InlineData(
        """{"type":"number","minimum":-1.7976931348623157E308,"maximum":1.7976931348623157E308}""",
        "-12.5",
        true
    )]
    [InlineData("""{"not":{"multipleOf":3},"type":"integer"}""", "4", true)]
    [InlineData("""{"not":{"multipleOf":3},"type":"integer"}""", "6", false)]
    // Older spellings.
    [InlineData(
        """{"type":"array","items":[{"type":"string"}],"additionalItems":{"type":"null"}}""",
        "[\"a\",null]",
        true
    )]
    [InlineData(
        """{"type":"array","items":[{"type":"string"}],"additionalItems":{"type":"null"}}""",
        "[\"a\",1]",
        false
    )]
    [InlineData("""{"type":"string","nullable":true}""", "null", true)]
    [InlineData("""{"type":"string","nullable":false}""", "null", false)]
    [InlineData("""{"type":"integer","minimum":1,"exclusiveMinimum":true}""", "1", false)]
    [InlineData("""{"type":"integer","minimum":1,"exclusiveMinimum":true}""", "2", true)]
    [InlineData("""{"type":"object","dependencies":{"a":["b"]}}""", "{\"a\":1}", false)]
    [InlineData(
        """{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/a","type":"null","definitions":{"a":{"type":"boolean"}}}""",
        "true",
        true
    )]
    // References.
    [InlineData(
        """{"$id":"https://e.org/a","$ref":"https://e.org/a#/$defs/b","$defs":{"b":{"type":"null"}}}""",
        "null",
        true
    )]
    [InlineData(
        """{"$ref":"b","$id":"https://e.org/a","$defs":{"x":{"$id":"b","$ref":"#/$defs/y","$defs":{"y":{"const":1}}}}}""",
        "1",
        true
    )]
    [InlineData("""{"$ref":"#/properties/a~1b/%24x","properties":{"a/b":{"$x":{"const":7}}}}""", "7", true)]
    // Combinations.
    [InlineData("""{"oneOf":[{"type":"integer"},{"minimum":2,"type":"number"}]}""", "1", true)]
    [InlineData("""{"oneOf":[{"type":"integer"},{"minimum":2,"type":"number"}]}""", "3", false)]
    [InlineData("""{"oneOf":[{"type":"integer"},{"minimum":2,"type":"number"}]}""", "3.5", true)]
    [InlineData("""{"oneOf":[{"required":["a"]},{"required":["b"]}],"type":"object"}""", "{\"a\":1}", true)]
    [InlineData("""{"oneOf":[{"required":["a"]},{"required":["b"]}],"type":"object"}""", "{\"a\":1,\"b\":1}", false)]
    [InlineData("""{"type":"string","not":{"pattern":"^a"}}""", "\"ba\"", true)]
    [InlineData("""{"type":"string","not":{"pattern":"^a"}}""", "\"ab\"", false)]
    [InlineData("""{"type":"string","not":{"enum":["x"]}}""", "\"x\"", false)]
    [InlineData(
        """{"type":"object","properties":{"k":{"enum":["a","b"]}},"if":{"properties":{"k":{"const":"a"}}},"then":{"required":["n"]}}""",
        "{\"k\":\"a\"}",
        false
    )]
    [InlineData(
        """{"type":"object","properties":{"k":{"enum":["a","b"]}},"if":{"properties":{"k":{"const":"a"}}},"then":{"required":["n"]}}""",
        "{\"k\":\"b\"}",
        true
    )]
    // Counts.
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true}""", "[\"c\",\"a\"]", true)]
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true}""", "[\"c\",\"c\"]", false)]
    [InlineData(
        """{"type":"array","contains":{"type":"string"},"minContains":2,"maxContains":2,"maxItems":3}""",
        "[1,\"a\",\"b\"]",
        true
    )]
    [InlineData(
        """{"type":"array","contains":{"type":"string"},"minContains":2,"maxContains":2,"maxItems":3}""",
        "[\"c\",\"a\",\"b\"]",
        false
    )]
    [InlineData(
        """{"properties":{"a":{},"b":{},"c":{}},"additionalProperties":false,"minProperties":2,"maxProperties":2}""",
        "{\"a\":1,\"c\":1}",
        true
    )]
    [InlineData(
        """{"properties":{"a":{},"b":{},"c":{}},"additionalProperties":false,"minProperties":2,"maxProperties":2}""",
        "{\"c\":1}",
        false
    )]
    [InlineData(
        """{"properties":{"a":{},"b":{},"c":{}},"additionalProperties":false,"minProperties":2,"maxProperties":2}""",
        "{\"a\":1,\"b\":1,\"c\":1}",
        false
    )]
    // Unknown keywords and unknown formats are annotations.
    [InlineData(
        """{"type":"string","format":"password","x-order":1,"title":"t","default":5,"examples":[1]}""",
        "\"p\"",
        true
    )]
    public void Compile_Schema_AcceptsOrBlocks(string schema, string text, bool accepted) =>
        Assert.Equal(accepted, SchemaGrammars.Accepts(SchemaGrammars.Compile(schema), text));

    [Theory]
    [InlineData("{\"a\": 1, \"b\": [1, 2]}", true)]
    [InlineData("{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}", true)]
    [InlineData("{\"a\":1,\"b\":[]}", true)]
    [InlineData("{\"a\":1,\"b\":[ ]}", true)]
    [InlineData("{\"a\":  1,\"b\":[]}", false)]
    [InlineData("{\"a\":1,\n\n\"b\":[]}", false)]
    public void Compile_Bounded_AllowsUsualWhiteSpace(string text, bool accepted)
    {
        const string Schema =
            """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"array","items":{"type":"integer"}}},"required":["a","b"],"additionalProperties":false}""";
        var bounded = SchemaGrammars.Compile(Schema, new JsonSchemaSettings { Whitespace = JsonWhitespace.Bounded });
        Assert.Equal(accepted, SchemaGrammars.Accepts(bounded, text));
        Assert.Equal(text == "{\"a\":1,\"b\":[]}", SchemaGrammars.Accepts(SchemaGrammars.Compile(Schema), text));
    }

    [Fact]
    public void Compile_Lenient_DropsWhatCannotBeEnforcedAndSaysSo()
    {
        var dropped = new List<string>();
        var settings = new JsonSchemaSettings
        {
            Lenient = true,
            OnDowngrade = (path, keyword) => dropped.Add($"{path} {keyword}"),
        };
        var matcher = SchemaGrammars.Compile(
            """
            {"type":"object","properties":{
                "a":{"type":"array","items":{"type":"integer"},"uniqueItems":true},
                "b":{"type":"string","format":"regex","maxLength":3},
                "c":{"type":"string","not":{"format":"email"}}},
             "required":["a"]}
            """,
            settings
        );
        Assert.Equal(
            ["/properties/a uniqueItems", "/properties/b format", "/properties/c not"],
            dropped.Order(StringComparer.Ordinal)
        );
        Assert.True(SchemaGrammars.Accepts(matcher, "{\"a\":[1,1],\"b\":\"((\",\"c\":\"x\"}"));
        Assert.False(SchemaGrammars.Accepts(matcher, "{\"a\":[1,1],\"b\":\"((((\"}"));
        Assert.Throws<UnsupportedSchemaException>(() => SchemaGrammars.Compile("""{"type":"text"}""", settings));
    }

    [Fact]
    public void Compile_ConstantMembers_AreForced()
    {
        var matcher = SchemaGrammars.Compile(
            """{"type":"object","properties":{"kind":{"const":"a\"b"},"n":{"enum":["é"]}},"required":["kind","n"],"additionalProperties":false}"""
        );
        Assert.True(SchemaGrammars.Accepts(matcher, "{\"kind\":\"a\\\"b\",\"n\":\"é\"}"));
        Assert.False(SchemaGrammars.Accepts(matcher, "{\"kind\":\"a\\\"b\",\"n\":\"\\u00e9\"}"));
    }
}
