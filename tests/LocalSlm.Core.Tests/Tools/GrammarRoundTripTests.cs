using System.Text;
using System.Text.Json;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>Whatever a format's grammar lets a model write, its parser reads as a call that fits the tool.</summary>
public class GrammarRoundTripTests
{
    // What ends a value somewhere: a random walk would never spell it.
    private static readonly string[] Ends =
    [
        "\"",
        "'",
        ")",
        "]",
        "}",
        "\n</parameter>\n",
        "</parameter>\n",
        "</arg_value>\n",
        "</arg_value>",
        "</｜DSML｜parameter>\n",
        "<escape>",
        "<|\"|>",
        "<|end|>",
    ];

    private static readonly ToolDescription Tool = new(
        "send_mail",
        "",
        JsonElement.Parse(
            """
            {"type":"object","$defs":{"size":{"enum":["small","it's \"big\"",null]}},"properties":{
              "to":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":2},
              "body":{"type":"string"},"code":{"type":"string","pattern":"^[a-z]{2,4}$"},
              "count":{"type":["integer","null"],"minimum":0,"maximum":99},
              "urgent":{"type":"boolean"},"size":{"$ref":"#/$defs/size"},
              "meta":{"type":"object","properties":{"k":{"type":"integer"},"ok":{"type":"boolean"}},"required":["k"],"additionalProperties":false}},
              "required":["to","count"],"additionalProperties":false}
            """
        )
    );

    public static TheoryData<string> Formats => [.. ToolFormats.All.Select(static f => f.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void BuildGrammar_RandomWalk_ReadsBackAsCallsThatFit(string name)
    {
        var format = ToolFormats.Find(name)!;
        var tools = new[] { Tool, ReplySample.Ping };
        var grammar = format.BuildGrammar(GrammarSample.Input(tools));
        var matcher = GrammarSample.Matcher(grammar.Forced);
        var input = new ReplyParserInput { Tools = tools, PromptEnd = name == "functionary-v3.2" ? ">>>" : "" };
        var random = new Random(11);
        for (int round = 0; round < 40; round++)
        {
            matcher.Reset();
            string text = Walk(matcher, random);
            var reply = ParsedReply.Read(format, input, text);

            Assert.True(reply.Calls.Count > 0 && reply.Content.Trim().Length == 0, $"{text}\n{reply}");
            foreach (var call in reply.Calls)
            {
                Assert.True(call.Problem is null, $"{text}\n{reply}");
                Assert.True(Fits(call), $"{text}\n{reply}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void BuildGrammar_OneCallAtMost_EndsBehindIt(string name)
    {
        var format = ToolFormats.Find(name)!;
        var grammar = format.BuildGrammar(GrammarSample.Input([ReplySample.Ping], several: false));
        var matcher = GrammarSample.Matcher(grammar.Forced);
        var random = new Random(12);
        for (int round = 0; round < 5; round++)
        {
            matcher.Reset();
            var input = new ReplyParserInput
            {
                Tools = [ReplySample.Ping],
                PromptEnd = name == "functionary-v3.2" ? ">>>" : "",
            };
            string text = Walk(matcher, random);

            Assert.Single(ParsedReply.Read(format, input, text).Calls);
        }
    }

    private static string Walk(GrammarMatcher matcher, Random random)
    {
        var bytes = new List<byte>();
        while (!(matcher.IsComplete && (matcher.IsTerminal || random.Next(3) == 0)))
        {
            Assert.True(bytes.Count < 20_000, "the walk does not end");
            if (random.Next(bytes.Count < 600 ? 3 : 1) == 0 && TryEnd(matcher, random, bytes))
            {
                continue;
            }

            byte next = Choose(matcher, random);
            bytes.Add(next);
            Assert.True(matcher.TryAdvance([next]));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static bool TryEnd(GrammarMatcher matcher, Random random, List<byte> bytes)
    {
        foreach (string end in Ends.OrderBy(_ => random.Next()))
        {
            byte[] text = Encoding.UTF8.GetBytes(end);
            if (matcher.TryAdvance(text))
            {
                bytes.AddRange(text);
                return true;
            }
        }

        return false;
    }

    private static byte Choose(GrammarMatcher matcher, Random random)
    {
        var allowed = Enumerable
            .Range(0, 256)
            .Select(static b => (byte)b)
            .Where(b => matcher.Clone().TryAdvance([b]))
            .ToList();
        Assert.NotEmpty(allowed);
        var ordinary = allowed.Where(static b => b is >= 0x20 and < 0x7F).ToList();
        return ordinary.Count > 0 && random.Next(8) > 0
            ? ordinary[random.Next(ordinary.Count)]
            : allowed[random.Next(allowed.Count)];
    }

    private static bool Fits(ParsedToolCall call)
    {
        var arguments = JsonElement.Parse(call.Arguments);
        return call.Name == "ping"
            ? arguments.EnumerateObject().Count() == 0
            : call.Name == "send_mail"
                && arguments.TryGetProperty("to", out var to)
                && to.GetArrayLength() is 1 or 2
                && to.EnumerateArray().All(static t => t.ValueKind == JsonValueKind.String)
                && arguments.TryGetProperty("count", out var count)
                && (count.ValueKind == JsonValueKind.Null || (count.TryGetInt32(out int n) && n is >= 0 and <= 99))
                && arguments.EnumerateObject().All(Fits);
    }

    private static bool Fits(JsonProperty argument)
    {
        var value = argument.Value;
        return argument.Name switch
        {
            "body" => value.ValueKind == JsonValueKind.String,
            "code" => value.GetString()!.Length is >= 2 and <= 4 && value.GetString()!.All(char.IsAsciiLetterLower),
            "urgent" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "size" => value.ValueKind == JsonValueKind.Null || value.GetString() is "small" or "it's \"big\"",
            "meta" => value.GetProperty("k").ValueKind == JsonValueKind.Number
                && value.EnumerateObject().All(static m => m.Name is "k" or "ok"),
            "to" or "count" => true,
            _ => false,
        };
    }
}
