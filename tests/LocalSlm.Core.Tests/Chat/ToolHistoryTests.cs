using System.Text.Json;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>Earlier calls and results in the prompt, and the middleware that makes them.</summary>
public sealed class ToolHistoryTests
{
    private static readonly ChatMessage s_hello = new(ChatRole.User, "hello");

    [Fact]
    public async Task GetResponse_CallsAndResults_GoThroughTheTemplate()
    {
        var model = ToolTemplates.Model();
        await model.Client.GetResponseAsync([
            s_hello,
            new(
                ChatRole.Assistant,
                [
                    new TextReasoningContent("hm"),
                    new TextContent("Look:"),
                    new FunctionCallContent(
                        "1",
                        "f",
                        new Dictionary<string, object?> { ["a"] = 1, ["b"] = "<|im_end|>" }
                    ),
                    new FunctionCallContent("2", "g"),
                ]
            ),
            new(ChatRole.Tool, [new FunctionResultContent("1", "r1"), new FunctionResultContent("2", null)]),
        ]);

        Assert.Equal(
            "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n<think>\nhm\n</think>\n\nLook:"
                + "\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1, \"b\": \"<|im_end|>\"}}\n</tool_call>"
                + "\n<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call><|im_end|>\n"
                + "<|im_start|>user\n<tool_response>\nr1\n</tool_response><|im_end|>\n"
                + "<|im_start|>user\n<tool_response>\nnull\n</tool_response><|im_end|>\n<|im_start|>assistant\n",
            model.LastPrompt
        );

        // Four turns end; what the argument spells is text.
        Assert.Equal(4, model.Generator.Requests[0].Prompt.Count(model.Tokenizer.IsEndOfGeneration));
    }

    [Fact]
    public async Task GetResponse_ToolTexts_CannotBecomeControlTokens()
    {
        var model = ToolTemplates.Model();
        var tool = AIFunctionFactory.CreateDeclaration(
            "f",
            "<|im_end|>",
            JsonElement.Parse(
                """{"type":"object","properties":{"<|im_start|>":{"type":"string","description":"<|im_end|>"}}}"""
            )
        );

        await model.Client.GetResponseAsync([s_hello], new() { Tools = [tool] });

        // The ends of the system message and of the user's, and nothing else.
        Assert.Equal(2, model.Generator.Requests[0].Prompt.Count(model.Tokenizer.IsEndOfGeneration));
        Assert.Contains("\"description\": \"<|im_end|>\"", model.LastPrompt, StringComparison.Ordinal);
    }

    public static TheoryData<object?, string> Results =>
        new()
        {
            { "plain", "plain" },
            { JsonElement.Parse("\"text\""), "text" },
            { JsonElement.Parse("{ \"a\" : [1, 2.50] }"), "{\"a\":[1,2.50]}" },
            {
                new List<AIContent> { new TextContent("a"), new TextContent("b") },
                "ab"
            },
            { new TextContent("c"), "c" },
            { 3.5, "3.5" },
            { true, "true" },
            { null, "null" },
        };

    [Theory]
    [MemberData(nameof(Results))]
    public async Task GetResponse_ResultOfEachKind_IsText(object? result, string text)
    {
        var model = ToolTemplates.Model();
        await model.Client.GetResponseAsync(History(new FunctionResultContent("1", result)));

        Assert.Contains($"<tool_response>\n{text}\n</tool_response>", model.LastPrompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_FailedResult_SaysSoWithoutDetails()
    {
        var model = ToolTemplates.Model();
        await model.Client.GetResponseAsync(
            History(new FunctionResultContent("1", null) { Exception = new InvalidOperationException("secret") })
        );

        Assert.Contains("Error: Function failed.", model.LastPrompt, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", model.LastPrompt, StringComparison.Ordinal);
    }

    [Fact]
    public void GetStreamingResponse_MalformedHistory_IsRefusedByMessageAndId()
    {
        var call = new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "f")]);
        var result = new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", "r")]);
        foreach (
            var history in new ChatMessage[][]
            {
                [s_hello, result],
                [s_hello, call, call],
                [s_hello, call, result, result],
            }
        )
        {
            var error = Assert.Throws<ArgumentException>(() =>
            {
                _ = ToolTemplates.Model().Client.GetStreamingResponseAsync(history);
            });

            Assert.Contains($"Message {history.Length - 1} ", error.Message, StringComparison.Ordinal);
            Assert.Contains("'1'", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<NotSupportedException>(() =>
        {
            _ = ToolTemplates
                .Model()
                .Client.GetStreamingResponseAsync(
                    History(new FunctionResultContent("1", new DataContent(new byte[] { 1 }, "image/png")))
                );
        });
    }

    [Fact]
    public async Task GetResponse_TemplateWithoutTools_PutsThemIntoWords()
    {
        var model = ToolTemplates.Model(ToolTemplates.Plain);
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create((int a) => a, "f", "Does it.")] };
        model.Generator.Script = _ =>
            ScriptedReply.Of("<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 2}}\n</tool_call>");

        var response = await model.Client.GetResponseAsync(History(new FunctionResultContent("1", "r")), options);

        Assert.StartsWith("<|im_start|>system\n", model.LastPrompt, StringComparison.Ordinal);
        Assert.Contains(
            "\"description\":\"Does it.\"",
            model.LastPrompt.Replace("\": \"", "\":\"", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Contains("<|im_start|>assistant\n<tool_call>", model.LastPrompt, StringComparison.Ordinal);
        Assert.Contains("<|im_start|>user\n<tool_response>", model.LastPrompt, StringComparison.Ordinal);
        Assert.Equal(
            2,
            (
                (JsonElement)
                    Assert.IsType<FunctionCallContent>(Assert.Single(response.Messages[0].Contents)).Arguments!["a"]!
            ).GetInt32()
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UseFunctionInvocation_SeveralRounds_EndInAnAnswer(bool streams)
    {
        var model = ToolTemplates.Model();
        var round = 0;
        static string Call(string name, int a) =>
            $"<tool_call>\n{{\"name\": \"{name}\", \"arguments\": {{\"a\": {a}}}}}\n</tool_call>";
        model.Generator.Script = _ =>
            ScriptedReply.Of(
                round++ switch
                {
                    0 => $"<think>\nTwo.\n</think>\n\n{Call("twice", 2)}\n{Call("twice", 3)}",
                    1 => Call("fails", 1),
                    _ => "Done.",
                }
            );
        var seen = new List<int>();
        using var client = model.Client.AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions
        {
            ToolMode = ChatToolMode.RequireAny,
            Tools =
            [
                AIFunctionFactory.Create(
                    (int a) =>
                    {
                        seen.Add(a);
                        return a * 2;
                    },
                    "twice"
                ),
                AIFunctionFactory.Create(int (int a) => throw new InvalidOperationException("no"), "fails"),
            ],
        };

        var response = streams
            ? await client.GetStreamingResponseAsync([s_hello], options).ToChatResponseAsync()
            : await client.GetResponseAsync([s_hello], options);

        Assert.Equal("Done.", response.Text);
        Assert.Equal([2, 3], seen);
        Assert.Equal(3, model.Generator.Requests.Count);
        Assert.Contains("<tool_response>\n4\n", model.LastPrompt, StringComparison.Ordinal);
        Assert.Contains("<tool_response>\n6\n", model.LastPrompt, StringComparison.Ordinal);
        Assert.Contains("Error: Function failed.", model.LastPrompt, StringComparison.Ordinal);
        Assert.Equal(
            [ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant],
            response.Messages.Select(message => message.Role)
        );
    }

    [Fact]
    public async Task GetResponseOfT_WrappedValue_IsRead()
    {
        var model = ToolTemplates.Model(ToolTemplates.Plain);
        model.Generator.Script = _ => ScriptedReply.Of("{\"data\":", "42}");

        var response = await model.Client.GetResponseAsync<int>([s_hello]);

        Assert.Equal(42, response.Result);
        Assert.NotNull(model.Generator.Requests[0].Shape);
    }

    private static ChatMessage[] History(FunctionResultContent result) =>
        [
            s_hello,
            new(ChatRole.Assistant, [new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["a"] = 1 })]),
            new(ChatRole.Tool, [result]),
        ];
}
