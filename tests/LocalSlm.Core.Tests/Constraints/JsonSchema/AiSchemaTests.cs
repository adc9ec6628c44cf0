using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using LocalSlm.Constraints.JsonSchema;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>Schemas as Microsoft.Extensions.AI makes them of types and functions: every generated text is read back into the type.</summary>
public sealed class AiSchemaTests
{
    private const int Texts = 30;

    [JsonConverter(typeof(JsonStringEnumConverter<Colour>))]
    public enum Colour
    {
        Red,
        Green,
        Blue,
    }

    public enum Level
    {
        Low,
        High,
    }

    public sealed record Person(string Name, int Born);

    public sealed record Everything(
        [property: Description("A name")] string Name,
        int Count,
        long? Big,
        double Ratio,
        decimal Price,
        bool Done,
        bool? Maybe,
        Colour Colour,
        Colour? Other,
        Level Level,
        string? Note,
        Guid Id,
        int[] Numbers,
        List<string> Words,
        Dictionary<string, int> Counts,
        Person? Friend,
        IReadOnlyList<Person> People,
        DateOnly Day,
        DateTimeOffset Moment,
        DateTime? Then
    );

    public sealed record Tree(string Name, Tree? Left, List<Tree> Children);

    public sealed class Settable
    {
        public required string Title { get; set; }

        [Description("how many")]
        public int Pages { get; set; } = 3;

        public object? Anything { get; set; }

        public JsonElement Raw { get; set; }
    }

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), "square")]
    public abstract record Shape;

    public sealed record Circle(double Radius) : Shape;

    public sealed record Square(double Side) : Shape;

    public static TheoryData<Type> Types =>
        [
            typeof(Person),
            typeof(Everything),
            typeof(Tree),
            typeof(Settable),
            typeof(Shape),
            typeof(Person[]),
            typeof(List<Colour>),
            typeof(Dictionary<string, Person>),
            typeof(int),
            typeof(string),
            typeof(bool),
            typeof(double),
            typeof(decimal),
            typeof(Colour),
            typeof(Guid),
            typeof(DateTime),
            typeof(DateTimeOffset),
            typeof(DateOnly),
            typeof(JsonElement),
        ];

    public sealed record Bounded([property: Range(-3, 5_000_000_000L)] long Wide, [property: Range(1, 5)] int Stars);

    public sealed record Encoded([property: Base64String] string Bytes);

    public static TheoryData<Type> NarrowedTypes =>
        [
            .. Types.Select(static row => row.Data),
            typeof(Bounded),
            typeof(TimeSpan),
            typeof(Version),
            typeof(TimeSpan?),
        ];

    [Theory]
    [MemberData(nameof(NarrowedTypes))]
    public void Compile_FittingDotNetTypes_GeneratesTextsThatTheTypeReads(Type type)
    {
        var schema = AIJsonUtilities.CreateJsonSchema(type);
        var settings = new JsonSchemaSettings { FitsDotNetTypes = true, ClosesObjects = true };
        var texts = new RandomTexts(type.Name.Length + 1).Take(
            JsonSchemaCompiler.Compile(schema, settings),
            10 * Texts
        );
        Assert.NotEmpty(texts);
        foreach (var text in texts)
        {
            try
            {
                JsonSerializer.Deserialize(text, type, AIJsonUtilities.DefaultOptions);
            }
            catch (JsonException e)
            {
                Assert.Fail($"{schema.GetRawText()}\n{text}\n{e.Message}");
            }
        }
    }

    [Fact]
    public void Compile_FittingDotNetTypes_GeneratesBase64()
    {
        var schema = AIJsonUtilities.CreateJsonSchema(typeof(Encoded));
        var settings = new JsonSchemaSettings { FitsDotNetTypes = true, ClosesObjects = true };
        foreach (var text in new RandomTexts(7).Take(JsonSchemaCompiler.Compile(schema, settings), Texts))
        {
            var encoded = JsonSerializer.Deserialize<Encoded>(text, AIJsonUtilities.DefaultOptions)!;
            Assert.Equal(encoded.Bytes, Convert.ToBase64String(Convert.FromBase64String(encoded.Bytes)));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Compile_SchemaOfType_GeneratesTextsThatTheTypeReads(Type type)
    {
        foreach (
            var options in new[]
            {
                null,
                new AIJsonSchemaCreateOptions
                {
                    TransformOptions = new() { DisallowAdditionalProperties = true, RequireAllProperties = true },
                },
            }
        )
        {
            var schema = AIJsonUtilities.CreateJsonSchema(type, inferenceOptions: options);
            var texts = new RandomTexts(type.Name.Length).Take(
                JsonSchemaCompiler.Compile(schema, new JsonSchemaSettings()),
                Texts
            );
            foreach (var text in texts)
            {
                try
                {
                    JsonSerializer.Deserialize(text, type, AIJsonUtilities.DefaultOptions);
                }
                catch (JsonException e)
                {
                    Assert.Fail($"{schema.GetRawText()}\n{text}\n{e.Message}");
                }
            }

            Assert.True(texts.Count > Texts / 2, $"{texts.Count} texts ended");
        }
    }

    [Theory]
    [InlineData(typeof(TimeSpan))]
    [InlineData(typeof(TimeOnly))]
    [InlineData(typeof(Uri))]
    [InlineData(typeof(Version))]
    [InlineData(typeof(char))]
    [InlineData(typeof(byte[]))]
    [InlineData(typeof(HashSet<int>))]
    [InlineData(typeof((int, string)))]
    [InlineData(typeof(object))]
    public void Compile_SchemaWiderThanItsType_Compiles(Type type)
    {
        var schema = AIJsonUtilities.CreateJsonSchema(type);
        Assert.NotEmpty(new RandomTexts(3).Take(JsonSchemaCompiler.Compile(schema, new JsonSchemaSettings()), Texts));
    }

    [Fact]
    public void Compile_SchemaOfFunction_GeneratesArguments()
    {
        var function = AIFunctionFactory.Create(
            (
                string city,
                [Description("days ahead")] int days = 1,
                Colour? colour = null,
                string[]? tags = null,
                Person? who = null
            ) => city,
            "weather"
        );
        var settings = new JsonSchemaSettings { Whitespace = JsonWhitespace.Bounded };
        var texts = new RandomTexts(5).Take(JsonSchemaCompiler.Compile(function.JsonSchema, settings), Texts);
        Assert.NotEmpty(texts);
        foreach (var text in texts)
        {
            using var arguments = JsonDocument.Parse(text);
            Assert.Equal(JsonValueKind.String, arguments.RootElement.GetProperty("city").ValueKind);
        }

        var matcher = SchemaGrammars.Compile(function.JsonSchema, settings);
        Assert.True(
            SchemaGrammars.Accepts(
                matcher,
                "{\"city\": \"Izmir\", \"days\": 2, \"colour\": null, \"tags\": [\"a\", \"b\"]}"
            )
        );
        Assert.False(SchemaGrammars.Accepts(matcher, "{\"days\": 2}"));
    }
}
