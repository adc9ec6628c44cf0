using LocalSlm.Constraints.JsonSchema;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>Settings under which less is generated than the schema accepts.</summary>
public sealed class NarrowedSchemaTests
{
    private static readonly JsonSchemaSettings Closing = new() { ClosesObjects = true };
    private static readonly JsonSchemaSettings Fitting = new() { FitsDotNetTypes = true };

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""")]
    [InlineData("""{"allOf":[{"properties":{"a":{}}},{"required":["a"]}]}""")]
    [InlineData("""{"$ref":"#/$defs/A","$defs":{"A":{"properties":{"a":{}}}}}""")]
    [InlineData("""{"properties":{"a":{}},"maxProperties":5}""")]
    public void ClosesObjects_OthersUnmentioned_AreNotGenerated(string schema)
    {
        var matcher = SchemaGrammars.Compile(schema, Closing);
        Assert.True(SchemaGrammars.Accepts(matcher, """{"a":1}"""));
        Assert.False(SchemaGrammars.Accepts(matcher, """{"a":1,"b":1}"""));
        Assert.False(SchemaGrammars.Accepts(matcher, """{"b":1}"""));
    }

    [Theory]
    [InlineData("""{"type":"object"}""")]
    [InlineData("{}")]
    [InlineData("""{"type":"object","required":["a"]}""")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":true}""")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":{"type":"integer"}}""")]
    [InlineData("""{"properties":{"a":{}},"unevaluatedProperties":true}""")]
    [InlineData("""{"properties":{"a":{}},"unevaluatedProperties":{"type":"integer"}}""")]
    [InlineData("""{"properties":{"a":{}},"patternProperties":{"^b":{"type":"integer"}}}""")]
    [InlineData("""{"properties":{"a":{}},"propertyNames":{"pattern":"^[ab]$"}}""")]
    [InlineData("""{"properties":{"a":{}},"required":["a"],"minProperties":2}""")]
    public void ClosesObjects_OthersDescribedOrNeeded_Stay(string schema) =>
        Assert.True(SchemaGrammars.Accepts(SchemaGrammars.Compile(schema, Closing), """{"a":1,"b":1}"""));

    // Closing each part on its own would leave nothing, and closing what is negated would allow what is forbidden.
    [Theory]
    [InlineData(
        """{"properties":{"a":{}},"required":["a"],"allOf":[{"properties":{"b":{}},"required":["b"]}]}""",
        """{"a":1,"b":1}""",
        """{"a":1,"b":1,"c":1}"""
    )]
    [InlineData(
        """{"properties":{"k":{"const":1}},"anyOf":[{"properties":{"a":{}},"required":["a"]},{"properties":{"b":{}}}]}""",
        """{"k":1,"b":1}""",
        """{"k":1,"c":1}"""
    )]
    [InlineData(
        """{"type":"object","properties":{"a":{}},"not":{"properties":{"a":{"type":"integer"}}}}""",
        """{"a":"x"}""",
        """{"a":1,"b":1}"""
    )]
    [InlineData("""{"properties":{"a":{}},"dependentRequired":{"a":["b"]}}""", """{"a":1,"b":1}""", """{"a":1}""")]
    public void ClosesObjects_Combinations_AreClosedAsAWhole(string schema, string valid, string invalid)
    {
        var matcher = SchemaGrammars.Compile(schema, Closing);
        Assert.True(SchemaGrammars.Accepts(matcher, valid));
        Assert.False(SchemaGrammars.Accepts(matcher, invalid));
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "2147483647", "2147483648")]
    [InlineData("""{"type":"integer"}""", "-2147483648", "-2147483649")]
    [InlineData("""{"type":["integer","null"]}""", "null", "9999999999")]
    [InlineData("""{"type":"integer","format":"int32"}""", "0", "9999999999")]
    [InlineData("""{"type":"integer","minimum":0}""", "2147483647", "2147483648")]
    [InlineData("""{"type":"integer","maximum":7}""", "-2147483648", "-2147483649")]
    [InlineData("""{"allOf":[{"type":"integer"},{"minimum":5,"multipleOf":5}]}""", "10", "2147483650")]
    [InlineData("""{"type":"integer","format":"int64"}""", "9999999999", "1.5")]
    [InlineData("""{"type":"integer","minimum":3000000000}""", "9999999999", "5")]
    [InlineData("""{"type":"integer","maximum":5000000000}""", "5000000000", "5000000001")]
    [InlineData("""{"type":"integer","minimum":1,"multipleOf":10000000000}""", "20000000000", "5")]
    [InlineData("""{"type":"number"}""", "9999999999", "\"\"")]
    [InlineData("""{"type":"integer","enum":[9999999999]}""", "9999999999", "1")]
    [InlineData("""{"not":{"type":"integer"}}""", "1.5", "9999999999")]
    public void FitsDotNetTypes_IntegersWithoutBounds_FitInt32(string schema, string generated, string not)
    {
        var matcher = SchemaGrammars.Compile(schema, Fitting);
        Assert.True(SchemaGrammars.Accepts(matcher, generated));
        Assert.False(SchemaGrammars.Accepts(matcher, not));
    }

    // The pattern that System.Text.Json gives TimeSpan; TimeSpan.Parse("25:00:00", …) overflows.
    [Theory]
    [InlineData("{0}", "12:00:00", "25:00:00")]
    [InlineData("""{{"type":"string","not":{0}}}""", "x", "25:00:00")]
    public void FitsDotNetTypes_TimeSpans_AreNarrowedWhereTheyAreGenerated(string form, string generated, string not)
    {
        const string TimeSpans = """{"type":"string","pattern":"^-?(\\d+\\.)?\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,7})?$"}""";
        var matcher = SchemaGrammars.Compile(
            form.Replace("{{", "{").Replace("}}", "}").Replace("{0}", TimeSpans),
            Fitting
        );
        Assert.True(SchemaGrammars.Accepts(matcher, $"\"{generated}\""));
        Assert.False(SchemaGrammars.Accepts(matcher, $"\"{not}\""));
    }
}
