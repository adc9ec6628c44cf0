using System.Text.Json;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>Tools and requests that tests share.</summary>
internal static class ReplySample
{
    public static ToolDescription Weather { get; } =
        new(
            "get_weather",
            "Tells the weather.",
            JsonElement.Parse(
                """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"],"additionalProperties":false}"""
            )
        );

    public static ToolDescription Ping { get; } =
        new("ping", "", JsonElement.Parse("""{"type":"object","properties":{},"additionalProperties":false}"""));

    public static ReplyParserInput Request { get; } = new() { Tools = [Weather, Ping] };

    public static ReplyParserInput WithoutTools { get; } = new();

    public static ParsedToolCall Paris { get; } = new(null, "get_weather", """{"city": "Paris"}""");

    public static ReplyPart Text(string text) => new(ReplyPartKind.Text, text);

    public static ReplyPart Reasoning(string text) => new(ReplyPartKind.Reasoning, text);

    public static ReplyPart Call(ParsedToolCall call) => new(ReplyPartKind.Call, "", call);

    /// <summary>Reads a reply whole and cut in every way that matters, and checks that all agree.</summary>
    public static ParsedReply Read(ToolFormat format, string text, ReplyParserInput? input = null)
    {
        input ??= Request;
        var whole = ParsedReply.Read(format, input, text);
        var random = new Random(7);
        Assert.Equal(whole, ParsedReply.Read(format, input, text.Select(static c => c.ToString())));
        for (int longest = 2; longest < 12; longest++)
        {
            Assert.Equal(whole, ParsedReply.Read(format, input, ParsedReply.Cut(text, random, longest)));
        }

        return whole;
    }

    public static void AssertParts(ParsedReply reply, params ReplyPart[] expected) =>
        Assert.Equal(expected, reply.Parts);
}
