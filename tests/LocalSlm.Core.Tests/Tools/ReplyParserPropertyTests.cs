using System.Text;
using LocalSlm.Tools;
using static LocalSlm.Tests.Tools.ReplySample;

namespace LocalSlm.Tests.Tools;

public class ReplyParserPropertyTests
{
    // Pieces that markers, calls and their accidents are made of.
    private static readonly string[] Fragments =
    [
        "<",
        "<tool_call>",
        "</tool_call>",
        "<tool_",
        "call>",
        "<think>",
        "</think>",
        "</thi",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "\\",
        "\n",
        " ",
        ",",
        ":",
        ";",
        "```",
        "```json",
        "`",
        "name",
        "\"name\": \"ping\"",
        "\"arguments\": {}",
        "\"parameters\"",
        "{\"name\": \"ping\", \"arguments\": {\"a\": \"</tool_call>\"}}",
        "{\"name\": \"nope\"",
        "functools[",
        "<|tool_call|>",
        "<|/tool_call|>",
        "<|python_tag|>",
        "text",
        "é🎉",
        "<response>",
        "</response>",
        "{\"tool_calls\": [",
        "{\"answer\": 1}",
        "<function=",
        ">",
        "</function>",
        "[TOOL_CALLS]",
        "[ARGS]",
        "tool_call",
        "|>",
    ];

    [Fact]
    public void Parse_RandomFragments_GivesTheSameHoweverCut()
    {
        var random = new Random(31);
        foreach (var format in ToolFormats.All)
        {
            for (int round = 0; round < 400; round++)
            {
                string text = string.Concat(
                    Enumerable.Range(0, random.Next(1, 14)).Select(_ => Fragments[random.Next(Fragments.Length)])
                );
                var input = Request with
                {
                    SplitsReasoning = random.Next(5) > 0,
                    PromptEnd = random.Next(4) == 0 ? "<think>\n" : "",
                    ExpectsJson = random.Next(5) == 0,
                };
                var whole = ParsedReply.Read(format, input, text);
                var single = ParsedReply.Read(format, input, text.Select(static c => c.ToString()));
                var cut = ParsedReply.Read(format, input, ParsedReply.Cut(text, random, 6));

                Assert.True(whole.Equals(single), $"{format.Name}: {text}\n{whole}\n-- by characters\n{single}");
                Assert.True(whole.Equals(cut), $"{format.Name}: {text}\n{whole}\n-- cut\n{cut}");
            }
        }
    }

    [Fact]
    public void Parse_RandomFragmentsWithoutTools_LosesNothingButWhiteSpaceTagsAndFences()
    {
        var random = new Random(32);
        foreach (var format in ToolFormats.All.OfType<JsonToolFormat>().Where(static f => f.Name != "granite"))
        {
            for (int round = 0; round < 200; round++)
            {
                string text = string.Concat(
                    Enumerable.Range(0, random.Next(1, 14)).Select(_ => Fragments[random.Next(Fragments.Length)])
                );
                var input = WithoutTools with { SplitsReasoning = false };

                Assert.Equal(text, ParsedReply.Read(format, input, text).Content);
            }
        }
    }

    // Quadratic work on these lengths is 4 · 10^9 steps for each of some 60 texts: minutes, where linear work takes a second.
    [Theory(Timeout = 120_000)]
    [InlineData("<")]
    [InlineData("<tool_call>")]
    [InlineData("<tool_call>{")]
    [InlineData("<tool_call>{\"name\": \"ping\", \"arguments\": {\"a\": [")]
    [InlineData("{\"name\": \"ping\", \"parameters\": {\"a\": ")]
    [InlineData("<tool_call>x</tool_")]
    [InlineData(" ")]
    [InlineData("\n<think>")]
    [InlineData("[{")]
    [InlineData("```json")]
    [InlineData("<think>a</think><tool_call>{}</tool_call>\n")]
    [InlineData("functools[")]
    [InlineData("{'a\\'")]
    public async Task Parse_HostileText_Ends(string unit)
    {
        await Task.Yield();
        foreach (var format in ToolFormats.All)
        {
            foreach (string prefix in new[] { "", "<tool_call>", "<tool_call>{\"name\": \"ping\", \"arguments\": \"" })
            {
                var text = new StringBuilder(prefix);
                while (text.Length < 64_000)
                {
                    text.Append(unit);
                }

                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                string hostile = text.ToString();
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                ParsedReply.Read(format, Request, hostile);
                ParsedReply.Read(format, Request, Pieces(hostile));
            }
        }
    }

    private static IEnumerable<string> Pieces(string text)
    {
        for (int at = 0; at < text.Length; at += 3)
        {
            yield return text.Substring(at, Math.Min(3, text.Length - at));
        }
    }
}
