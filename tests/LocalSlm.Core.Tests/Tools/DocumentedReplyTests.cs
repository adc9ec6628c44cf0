using System.Text.Json;
using LocalSlm.Tools;
using static LocalSlm.Tests.Tools.ReplySample;

namespace LocalSlm.Tests.Tools;

/// <summary>Families without golden cases: replies as their publishers' templates and documents have them. Most are facts of llama.cpp's
/// tests/test-chat.cpp (MIT, release v0.4.0), the rest is built from the templates beside it and Google's FunctionGemma guide.</summary>
public class DocumentedReplyTests
{
    private const string Weather = """{"city": "Paris"}""";

    public static TheoryData<string, string, string, string, string, string> Replies =>
        new()
        {
            // format, end of the prompt, reply, reasoning, text, calls
            { "harmony", Harmony, "<|channel|>final<|message|>Hello", "", "Hello", "" },
            { "harmony", Harmony, "<|channel|>commentary<|message|>Hello", "", "Hello", "" },
            {
                "harmony",
                Harmony,
                "<|channel|>analysis<|message|>I'm\nthinking<|end|><|start|>assistant<|channel|>final<|message|>Hello",
                "I'm\nthinking",
                "Hello",
                ""
            },
            { "harmony", Harmony, "<|channel|>analysis<|message|>I'm\nthinking", "I'm\nthinking", "", "" },
            {
                "harmony",
                Harmony,
                $" to=functions.get_weather<|channel|>analysis<|message|>{Weather}",
                "",
                "",
                $"get_weather {Weather}"
            },
            {
                "harmony",
                Harmony,
                $" to=functions.get_weather<|channel|>analysis <|constrain|>json<|message|>{Weather}<|call|>",
                "",
                "",
                $"get_weather {Weather}"
            },
            {
                "harmony",
                Harmony,
                $"<|channel|>analysis<|message|>I'm\nthinking<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{Weather}<|call|>",
                "I'm\nthinking",
                "",
                $"get_weather {Weather}"
            },
            {
                // A preamble tells what comes; then the call.
                "harmony",
                Harmony,
                $"<|channel|>commentary<|message|>I look it up.<|end|><|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>{Weather}<|call|>",
                "",
                "I look it up.",
                $"get_weather {Weather}"
            },
            {
                "harmony",
                Harmony,
                "<|channel|>commentary to=assistant<|channel|>analysis<|message|>I'm\nthinking<|end|><|start|>assistant<|channel|>final<|message|>Hello",
                "I'm\nthinking",
                "Hello",
                ""
            },
            { "harmony", $"{Harmony}<|channel|>final<|message|>Hello, ", "world!", "", "world!", "" },
            {
                "harmony",
                $"{Harmony}<|channel|>analysis<|message|>I'm",
                " thinking<|end|><|start|>assistant<|channel|>final<|message|>Hello",
                "thinking",
                "Hello",
                ""
            },
            {
                "deepseek-v3.1",
                "<｜Assistant｜><think></think>",
                $"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{Weather}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                "",
                "",
                $"get_weather {Weather}"
            },
            {
                "deepseek-v3.1",
                "<｜Assistant｜><think>",
                $"REASONING</think>CONTENT<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{Weather}<｜tool▁call▁end｜><｜tool▁call▁begin｜>ping<｜tool▁sep｜>{{}}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                "REASONING",
                "CONTENT",
                $"get_weather {Weather}; ping {{}}"
            },
            {
                "deepseek",
                "<｜Assistant｜><think>\n",
                $"Hm.</think>\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{Weather}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>ping\n```json\n{{}}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                "Hm.",
                "",
                $"get_weather {Weather}; ping {{}}"
            },
            {
                "deepseek-v3.2",
                "<think>",
                "Let me check</think>\n\n<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"get_weather\">\n<｜DSML｜parameter name=\"city\" string=\"true\">Paris</｜DSML｜parameter>\n<｜DSML｜parameter name=\"days\" string=\"false\">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n<｜DSML｜invoke name=\"ping\">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>",
                "Let me check",
                "",
                """get_weather {"city": "Paris", "days": 3}; ping {}"""
            },
            {
                "deepseek-v4",
                "</think>",
                "<｜DSML｜tool_calls>\n<｜DSML｜invoke name=\"get_weather\">\n<｜DSML｜parameter name=\"city\" string=\"true\">42</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>",
                "",
                "",
                """get_weather {"city": "42"}"""
            },
            {
                "glm-4.5",
                "<|assistant|>",
                "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>",
                "",
                "",
                """get_weather {"city": "Paris", "days": 3}"""
            },
            {
                "glm-4.7",
                "<|assistant|><think>",
                "I'm\nthinking</think><tool_call>get_weather<arg_key>city</arg_key><arg_value>Paris</arg_value></tool_call><tool_call>ping</tool_call>",
                "I'm\nthinking",
                "",
                $"get_weather {Weather}; ping {{}}"
            },
            {
                "kimi-k2",
                "<|im_assistant|>assistant<|im_middle|>",
                $"<think>I think</think>Hello<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{Weather}<|tool_call_end|><|tool_call_begin|>functions.ping:1<|tool_call_argument_begin|>{{}}<|tool_call_end|><|tool_calls_section_end|>",
                "I think",
                "Hello",
                $"functions.get_weather:0 get_weather {Weather}; functions.ping:1 ping {{}}"
            },
            {
                // Neither thinking nor calls are closed.
                "kimi-k2",
                "",
                $"<think>I need two<|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{Weather}<|tool_call_begin|>functions.ping:1<|tool_call_argument_begin|>{{}}",
                "I need two",
                "",
                $"functions.get_weather:0 get_weather {Weather}; functions.ping:1 ping {{}}"
            },
            {
                "minimax-m2",
                "<think>\n",
                "Let's call:\n</think>\n\n<minimax:tool_call>\n<invoke name=\"get_weather\">\n<parameter name=\"city\">Paris</parameter>\n</invoke>\n<invoke name=\"ping\">\n</invoke>\n</minimax:tool_call>",
                "Let's call:",
                "",
                $"get_weather {Weather}; ping {{}}"
            },
            {
                "seed-oss",
                "",
                "<seed:think>I think</seed:think>\n<seed:tool_call>\n<function=get_weather>\n<parameter=city>Paris\n</parameter>\n</function>\n</seed:tool_call>",
                "I think",
                "",
                """get_weather {"city": "Paris\n"}"""
            },
            {
                "functiongemma",
                "<start_of_turn>model\n",
                "<start_function_call>call:get_weather{city:<escape>Paris, {France}<escape>,days:3}<end_function_call><start_function_call>call:ping{}<end_function_call><start_function_response>",
                "",
                "",
                """get_weather {"city": "Paris, {France}", "days": 3}; ping {}"""
            },
            {
                "functiongemma",
                "",
                "<start_function_call>call:ping{l:[<escape>a<escape>,1.5,true,None],o:{k:<escape><escape>}}<end_function_call>",
                "",
                "",
                """ping {"l": ["a", 1.5, true, null], "o": {"k": ""}}"""
            },
            {
                "gemma4",
                "<|turn>model\n",
                "<|channel>thought\nHm.\n<channel|><|tool_call>call:get_weather{city:<|\"|>Paris<|\"|>}<tool_call|>",
                "Hm.",
                "",
                $"get_weather {Weather}"
            },
            {
                "functionary-v3.2",
                ">>>",
                "all\nI look.>>>get_weather\n{\"city\": \"Paris\"}>>>ping\n{}",
                "",
                "I look.",
                $"get_weather {Weather}; ping {{}}"
            },
            {
                "command-r7b",
                "",
                "<|START_THINKING|>Plan<|END_THINKING|><|START_ACTION|>[\n    {\"tool_call_id\": \"3\", \"tool_name\": \"ping\", \"parameters\": {}},\n    {\"tool_call_id\": \"4\", \"tool_name\": \"get_weather\", \"parameters\": {\"city\": \"Paris\"}}\n]<|END_ACTION|>",
                "Plan",
                "",
                $"3 ping {{}}; 4 get_weather {Weather}"
            },
        };

    private static string Harmony => "<|start|>assistant";

    [Theory]
    [MemberData(nameof(Replies))]
    public void Parse_ReplyAsDocumented_GivesItsParts(
        string format,
        string prompt,
        string reply,
        string reasoning,
        string text,
        string calls
    )
    {
        var parsed = Read(ToolFormats.Find(format)!, reply, Request with { PromptEnd = prompt });

        Assert.Equal(reasoning, parsed.Reasoning.Trim());
        Assert.Equal(text, parsed.Content.Trim());
        Assert.All(parsed.Calls, static c => Assert.Null(c.Problem));
        Assert.Equal(
            calls,
            string.Join("; ", parsed.Calls.Select(static c => $"{c.Id} {c.Name} {c.Arguments}".TrimStart()))
        );
        Assert.All(
            parsed.Calls,
            static c => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(c.Arguments).ValueKind)
        );
    }

    [Fact]
    public void Evidence_FormatWithoutGoldenCalls_IsDocumentation()
    {
        var judged = GoldenReply
            .ReadAllOrSkip()
            .Where(static t => t.Calls.Count > 0 && !t.Id.StartsWith("hw-", StringComparison.Ordinal))
            .Select(static t => t.FindFormat()!.Name)
            .ToHashSet();

        var documented = MarkedToolFormats
            .Entries.Select(static e => e.Format)
            .Where(static f => f.Evidence == ToolFormatEvidence.Documentation)
            .Select(static f => f.Name);
        Assert.Equal(
            MarkedToolFormats.Entries.Select(static e => e.Format.Name).Where(n => !judged.Contains(n)),
            documented
        );
    }

    [Fact]
    public void Parse_HarmonyWithReasoningLeftInTheText_KeepsItsTags()
    {
        var parsed = Read(
            ToolFormats.Find("harmony")!,
            "<|channel|>analysis<|message|>I'm\nthinking<|end|><|start|>assistant<|channel|>final<|message|>Hello",
            Request with
            {
                PromptEnd = Harmony,
                SplitsReasoning = false,
            }
        );

        Assert.Equal("<|channel|>analysis<|message|>I'm\nthinking<|end|>Hello", parsed.Content);
    }

    [Fact]
    public void Parse_HarmonyToolThatNobodyOffered_IsACallForTheCallerToRefuse()
    {
        var parsed = Read(
            ToolFormats.Find("harmony")!,
            "<|channel|>commentary to=container.exec <|constrain|>code<|message|>ls -l<|call|>",
            Request with
            {
                PromptEnd = Harmony,
            }
        );

        var call = Assert.Single(parsed.Calls);
        Assert.Equal(("container.exec", "ls -l"), (call.Name, call.Arguments));
        Assert.NotNull(call.Problem);
        Assert.Equal("", parsed.Content);
    }

    [Fact]
    public void Parse_HarmonyReplyWithoutAnyHeader_IsText() =>
        AssertParts(
            Read(ToolFormats.Find("harmony")!, "Hello, world", Request with { PromptEnd = Harmony }),
            Text("Hello, world")
        );

    [Theory]
    [InlineData("LFM2-8B-A1B", "lfm2")]
    [InlineData("LFM2.5-8B-A1B", "lfm2")]
    [InlineData("LFM2.5-Instruct", "lfm2")]
    [InlineData("Qwen3-Coder", "qwen3-coder")]
    [InlineData("Qwen3.5-4B", "qwen3-coder")]
    [InlineData("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "qwen3-coder")]
    [InlineData("NVIDIA-Nemotron-Nano-v2", "nemotron-v2")]
    [InlineData("Mistral-Small-3.2-24B-Instruct-2506", "mistral-call-id")]
    [InlineData("mistralai-Ministral-3-14B-Reasoning-2512", "mistral-args")]
    [InlineData("unsloth-mistral-Devstral-Small-2507", "mistral-args")]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", "mistral")]
    [InlineData("CohereForAI-c4ai-command-r7b-12-2024-tool_use", "command-r7b")]
    [InlineData("CohereForAI-c4ai-command-r-plus-tool_use", "command-r")]
    [InlineData("meetkai-functionary-medium-v3.1", "functionary-v3.1")]
    [InlineData("meetkai-functionary-medium-v3.2", "functionary-v3.2")]
    [InlineData("fireworks-ai-llama-3-firefunction-v2", "firefunction")]
    public void Detect_PublishedTemplate_NamesItsFormat(string template, string format)
    {
        Assert.SkipWhen(GoldenTemplate.SourceOrNull(template) is null, $"{template} is not among the golden templates");

        Assert.Equal(format, ToolFormats.Detect(GoldenTemplate.SourceOrNull(template))?.Name);
    }
}
