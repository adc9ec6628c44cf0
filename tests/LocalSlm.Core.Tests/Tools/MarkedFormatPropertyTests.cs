using System.Diagnostics;
using LocalSlm.Tools;
using static LocalSlm.Tests.Tools.ReplySample;

namespace LocalSlm.Tests.Tools;

/// <summary>What a parser gives does not depend on how the text was cut, and takes linear time, with each family's own marks.</summary>
public class MarkedFormatPropertyTests
{
    private static readonly string[] Common =
    [
        "<",
        ">",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "\\",
        "=",
        ":",
        ",",
        " ",
        "\n",
        "a",
        "get_weather",
        "ping",
        "city",
        "{\"city\": \"Paris\"}",
        "{}",
        "<think>",
        "</think>",
        "```json\n",
        "```",
        "é🎉",
    ];

    private static readonly Dictionary<string, string[]> Marks = new(StringComparer.Ordinal)
    {
        ["lfm2"] = ["<|tool_call_start|>", "<|tool_call_end|>", "[ping()]", "get_weather(city='", "'''"],
        ["llama3-pythonic"] = ["[get_weather(", "[ping(", "city='it's'", "), ping()]"],
        ["qwen3-coder"] =
        [
            "<tool_call>\n<function=get_weather>\n",
            "<tool_call>",
            "</tool_call>",
            "<function=",
            "</function>",
            "<parameter=city>\n",
            "\n</parameter>\n",
            "</parameter>",
        ],
        ["minimax-m2"] =
        [
            "<minimax:tool_call>\n",
            "</minimax:tool_call>",
            "<invoke name=\"ping\">",
            "</invoke>",
            "<parameter name=\"city\">",
            "</parameter>",
        ],
        ["glm-4.5"] = ["<tool_call>", "</tool_call>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
        ["deepseek-v3.2"] =
        [
            "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"ping\">",
            "<｜DSML｜parameter name=\"city\" string=\"true\">",
            "</｜DSML｜parameter>",
            "</｜DSML｜invoke>",
            "</｜DSML｜function_calls>",
        ],
        ["harmony"] =
        [
            "<|channel|>",
            "<|message|>",
            "<|end|>",
            "<|start|>assistant",
            "<|call|>",
            "analysis",
            "final",
            "commentary",
            " to=functions.ping",
            " <|constrain|>json",
        ],
        ["functiongemma"] = ["<start_function_call>call:", "<end_function_call>", "<escape>", "city:"],
        ["gemma4"] = ["<|tool_call>call:", "<tool_call|>", "<|\"|>", "<|channel>thought\n", "<channel|>"],
        ["mistral"] = ["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "[{\"name\": \"ping\"}]", "[THINK]", "[/THINK]"],
        ["deepseek"] =
        [
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁call▁begin｜>",
            "function",
            "<｜tool▁sep｜>",
            "<｜tool▁call▁end｜>",
            "<｜tool▁calls▁end｜>",
        ],
        ["command-r7b"] =
        [
            "<|START_ACTION|>",
            "<|END_ACTION|>",
            "<|START_THINKING|>",
            "<|END_THINKING|>",
            "<|START_RESPONSE|>",
            "<|END_RESPONSE|>",
            "{\"tool_name\": \"ping\"}",
        ],
        ["command-r"] = ["Action:", "Action:\n```json\n[", "{\"tool_name\": \"ping\", \"parameters\": {}}"],
        ["kimi-k2"] =
        [
            "<|tool_calls_section_begin|>",
            "<|tool_call_begin|>",
            "functions.ping:0",
            "<|tool_call_argument_begin|>",
            "<|tool_call_end|>",
            "<|tool_calls_section_end|>",
        ],
        ["functionary-v3.1"] = ["<function=ping>", "</function>", "<|python_tag|>"],
        ["functionary-v3.2"] = [">>>", "all\n", "ping\n", ">>>get_weather\n"],
    };

    public static TheoryData<string> Formats => [.. Marks.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Parse_RandomFragments_GivesTheSameHoweverCut(string name)
    {
        var format = ToolFormats.Find(name)!;
        string[] fragments = [.. Common, .. Marks[name], .. Marks[name], .. Marks[name]];
        var random = new Random(41);
        for (int round = 0; round < 600; round++)
        {
            string text = string.Concat(
                Enumerable.Range(0, random.Next(1, 14)).Select(_ => fragments[random.Next(fragments.Length)])
            );
            var input = Request with
            {
                SplitsReasoning = random.Next(5) > 0,
                PromptEnd = random.Next(4) switch
                {
                    0 => "<think>\n",
                    1 => "<|start|>assistant",
                    2 => ">>>",
                    _ => "",
                },
            };
            var whole = ParsedReply.Read(format, input, text);

            Assert.True(
                whole.Equals(ParsedReply.Read(format, input, text.Select(static c => c.ToString()))),
                $"by characters: {text}\n{whole}"
            );
            Assert.True(
                whole.Equals(ParsedReply.Read(format, input, ParsedReply.Cut(text, random, 6))),
                $"cut: {text}\n{whole}"
            );
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Parse_EndlessMarks_TakesLinearTime(string name)
    {
        var format = ToolFormats.Find(name)!;
        var marks = Marks[name];
        foreach (string prefix in marks.Prepend(""))
        {
            foreach (string unit in marks.Append("'").Append(" ").Append("\n</parameter>\n "))
            {
                string hostile = prefix + string.Concat(Enumerable.Repeat(unit, 20_000 / unit.Length));
                long start = Stopwatch.GetTimestamp();
                _ = ParsedReply.Read(format, Request, ParsedReply.Cut(hostile, new Random(1), 6));
                var elapsed = Stopwatch.GetElapsedTime(start);

                // Quadratic work on this length is 4 · 10^8 steps; linear work takes milliseconds.
                Assert.True(elapsed < TimeSpan.FromSeconds(1), $"{elapsed} for '{prefix}' and many '{unit}'");
            }
        }
    }
}
