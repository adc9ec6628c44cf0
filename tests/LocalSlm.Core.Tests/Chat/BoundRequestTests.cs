using System.Text.Json;
using LocalSlm.Constraints;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>What a request asks of the engine: the shape of the reply, and what is refused before anything runs.</summary>
public sealed class BoundRequestTests
{
    private static readonly ChatMessage[] s_hello = [new(ChatRole.User, "hello")];

    private static readonly AIFunction s_add = AIFunctionFactory.Create((int a, int b) => a + b, "add");
    private static readonly AIFunction s_now = AIFunctionFactory.Create(() => 1, "now");

    [Fact]
    public async Task GetResponse_NothingBound_HasNoShape()
    {
        Assert.Null(await ShapeAsync(new()));
        Assert.Null(await ShapeAsync(new() { ToolMode = ChatToolMode.None }));
        Assert.Null(await ShapeAsync(new() { Reasoning = new() { Output = ReasoningOutput.Full } }));
    }

    [Fact]
    public async Task GetResponse_ShapeThatCannotBeUsed_IsExplainedByWhatWasGiven()
    {
        var error = new GrammarException("grammar", "it has too many parts.");
        var format = ChatResponseFormat.ForJsonSchema(Json("""{"type":"integer"}"""));
        var ofSchema = (await ShapeAsync(new() { ResponseFormat = format }))!.Explain(error);
        var ofTool = (await ShapeAsync(new() { Tools = [s_add], ToolMode = ChatToolMode.RequireAny }))!.Explain(error);
        var ofAutoTool = (await ShapeAsync(new() { Tools = [s_add] }))!.Explain(error);
        var ofBoth = (await ShapeAsync(new() { Tools = [s_add], ResponseFormat = format }))!.Explain(error);

        Assert.Same(error, Assert.IsType<UnsupportedSchemaException>(ofSchema).InnerException);
        Assert.Equal("add", Assert.IsType<InvalidToolException>(ofTool).Tool);
        Assert.Equal("add", Assert.IsType<InvalidToolException>(ofAutoTool).Tool);
        Assert.Contains("tools", Assert.IsType<UnsupportedSchemaException>(ofBoth).Message, StringComparison.Ordinal);
        Assert.Same(error, (await ShapeAsync(new() { Pattern = "a" }))!.Explain(error));
    }

    [Fact]
    public async Task GetResponse_CancelledBefore_CompilesNoSchema()
    {
        var model = ToolTemplates.Model(ToolTemplates.Plain);
        var options = new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"integer"}""")),
        };
        var cancelled = new CancellationToken(true);
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            model.Client.GetResponseAsync(s_hello, options, cancelled)
        );
        Assert.Equal(cancelled, error.CancellationToken);
        Assert.Empty(model.Generator.Requests);
    }

    public static TheoryData<string, Action<ChatOptions>> Bounds =>
        new()
        {
            { "schema", o => o.ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"integer"}""")) },
            { "json", o => o.ResponseFormat = ChatResponseFormat.Json },
            { "grammar", o => o.Grammar = "root ::= \"a\" | \"b\"" },
            { "pattern", o => o.Pattern = "[a-z]+" },
            { "choices", o => o.Choices = ["yes", "no"] },
            {
                "call",
                o =>
                {
                    o.Tools = [s_add];
                    o.ToolMode = ChatToolMode.RequireAny;
                }
            },
        };

    [Theory]
    [MemberData(nameof(Bounds))]
    public async Task GetResponse_Bound_BeginsAfterTheReasoning(string name, Action<ChatOptions> set)
    {
        var options = new ChatOptions { MaxOutputTokens = 100 };
        set(options);

        // The model may begin to think, does so already, cannot.
        var may = (await ShapeAsync(options))!.Phases;
        var open = (await ShapeAsync(options, ToolTemplates.Thinking))!.Phases;
        var none = (await ShapeAsync(options, ToolTemplates.Plain))!.Phases;

        Assert.Equal(3, may.Count);
        Assert.Equal(
            ("<think>", 1),
            Assert.Single(Assert.IsType<GrammarPhase>(may[0]).Openings.Select(o => (o.Text, o.Next!.Value)))
        );
        AssertThinking(may[1], next: 2);
        Assert.Null(Assert.IsType<GrammarPhase>(may[2]).Next);
        Assert.Equal(2, open.Count);
        AssertThinking(open[0], next: 1);
        Assert.IsType<GrammarPhase>(open[1]);
        Assert.Empty(Assert.IsType<GrammarPhase>(Assert.Single(none)).Openings);
        Assert.NotEmpty(name);

        static void AssertThinking(ReplyPhase phase, int next)
        {
            var thinking = Assert.IsType<FreePhase>(phase);
            Assert.False(thinking.MayEnd);
            Assert.Equal(50, thinking.BudgetTokens);
            Assert.Equal(new PhaseTrigger("</think>", next), Assert.Single(thinking.Triggers));
        }
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public async Task GetResponse_SameBoundAgain_HasTheSameKey(string name, Action<ChatOptions> set)
    {
        var model = ToolTemplates.Model(ToolTemplates.Plain);
        for (var i = 0; i < 2; i++)
        {
            var options = new ChatOptions();
            set(options);
            await model.Client.GetResponseAsync(s_hello, options);
        }

        var keys = model
            .Generator.Requests.Select(request => ((GrammarPhase)request.Shape!.Phases[0]).Grammar.Key)
            .ToList();
        Assert.True(keys[0] == keys[1], name);
    }

    [Fact]
    public async Task GetResponse_ThinkingOff_DoesNotBegin()
    {
        var off = new ChatOptions
        {
            Pattern = "a",
            Reasoning = new() { Effort = ReasoningEffort.None },
        };

        // The template has a switch; then it closes the thinking itself.
        Assert.Empty(Assert.IsType<GrammarPhase>(Assert.Single((await ShapeAsync(off))!.Phases)).Openings);

        // It has none: an open one is closed at once.
        var closed = Assert.IsType<FreePhase>((await ShapeAsync(off, ToolTemplates.Thinking))!.Phases[0]);
        Assert.Equal((0, "\n</think>\n\n"), (closed.BudgetTokens!.Value, closed.ClosingText));

        // Free text: it must not begin.
        var text = await ShapeAsync(new() { ReasoningBudgetTokens = 0 }, ToolTemplates.Thinking);
        Assert.Equal(0, Assert.IsType<FreePhase>(text!.Phases[0]).BudgetTokens);
    }

    [Theory]
    [InlineData(ReasoningEffort.Low, 512)]
    [InlineData(ReasoningEffort.Medium, 2048)]
    [InlineData(ReasoningEffort.High, 8192)]
    public async Task GetResponse_Effort_IsABudgetWhereTheTemplateHasNoWords(ReasoningEffort effort, int budget)
    {
        var shape = await ShapeAsync(new() { Reasoning = new() { Effort = effort } }, ToolTemplates.Thinking);

        var thinking = Assert.IsType<FreePhase>(shape!.Phases[0]);
        Assert.Equal((budget, true), (thinking.BudgetTokens!.Value, thinking.MayEnd));
    }

    [Fact]
    public async Task GetResponse_Auto_WatchesForCallsInFreeText()
    {
        var phases = (await ShapeAsync(new() { Tools = [s_add] }, ToolTemplates.Hermes))!.Phases;

        // Text, reasoning, text behind it, the call, text behind calls.
        var start = Assert.IsType<FreePhase>(phases[0]);
        Assert.Contains(start.Triggers, trigger => trigger is { Text: "<think>", Next: 1, AtStart: true });
        var call = Assert.Single(start.Triggers, trigger => trigger.Text == "<tool_call>");
        var rest = Assert.IsType<GrammarPhase>(phases[call.Next!.Value]);
        Assert.Contains(
            Assert.IsType<FreePhase>(phases[rest.Next!.Value]).Triggers,
            trigger => trigger.Text == "<tool_call>"
        );

        var one = (
            await ShapeAsync(new() { Tools = [s_add], AllowMultipleToolCalls = false }, ToolTemplates.Hermes)
        )!.Phases;
        Assert.All(one.OfType<GrammarPhase>(), phase => Assert.Null(phase.Next));
    }

    [Fact]
    public async Task GetResponse_ToolModeNone_ShowsNoToolsAndForbidsCalls()
    {
        var model = ToolTemplates.Model();
        await model.Client.GetResponseAsync(s_hello, new() { Tools = [s_add], ToolMode = ChatToolMode.None });

        Assert.DoesNotContain("add", model.LastPrompt, StringComparison.Ordinal);
        var triggers = model.Generator.Requests[0].Shape!.Phases.Cast<FreePhase>().SelectMany(phase => phase.Triggers);
        Assert.Contains(triggers, trigger => trigger is { Text: "<tool_call>", Next: null });
    }

    [Fact]
    public async Task GetResponse_RawCompletion_IsBoundFromTheStart()
    {
        var shape = await ShapeAsync(new() { RawCompletion = true, Choices = ["a"] });

        Assert.Empty(Assert.IsType<GrammarPhase>(Assert.Single(shape!.Phases)).Openings);
    }

    public static TheoryData<string, Action<ChatOptions>, Type> BadInput =>
        new()
        {
            { "Pattern and Choices", o => (o.Pattern, o.Choices) = ("a", ["b"]), typeof(ArgumentException) },
            {
                "#/properties/x",
                o =>
                    o.ResponseFormat = ChatResponseFormat.ForJsonSchema(
                        Json("""{"type":"object","properties":{"x":{"$ref":"http://example.org/x"}}}""")
                    ),
                typeof(UnsupportedSchemaException)
            },
            { "regular expression", o => o.Pattern = "a(", typeof(GrammarException) },
            { "grammar", o => o.Grammar = "root :=", typeof(GrammarException) },
            { "choices", o => o.Choices = [], typeof(GrammarException) },
            { "'add'", o => o.Tools = [s_add, s_add], typeof(InvalidToolException) },
            {
                "'odd name'",
                o => o.Tools = [AIFunctionFactory.CreateDeclaration("odd name", null, Json("{}"))],
                typeof(InvalidToolException)
            },
            {
                "'list'",
                o => o.Tools = [AIFunctionFactory.CreateDeclaration("list", null, Json("""{"type":"array"}"""))],
                typeof(InvalidToolException)
            },
            {
                "'far'",
                o =>
                    o.Tools = [
                        s_add,
                        AIFunctionFactory.CreateDeclaration(
                            "far",
                            null,
                            Json("""{"properties":{"x":{"$ref":"http://example.org/x"}}}""")
                        ),
                    ],
                typeof(InvalidToolException)
            },
            {
                "'gone'",
                o => (o.Tools, o.ToolMode) = ([s_add, s_now], ChatToolMode.RequireSpecific("gone")),
                typeof(InvalidToolException)
            },
            { "ToolMode", o => o.ToolMode = ChatToolMode.RequireAny, typeof(ArgumentException) },
            { "HostedWebSearchTool", o => o.Tools = [new HostedWebSearchTool()], typeof(NotSupportedException) },
            { "RawCompletion", o => (o.Tools, o.RawCompletion) = ([s_add], true), typeof(NotSupportedException) },
            { "'esperanto'", o => o.ToolFormat = "esperanto", typeof(ArgumentException) },
            { "ReasoningBudgetTokens", o => o.ReasoningBudgetTokens = -1, typeof(ArgumentOutOfRangeException) },
            { "choices", o => o.AdditionalProperties = new() { ["choices"] = 5 }, typeof(ArgumentException) },
        };

    [Theory]
    [MemberData(nameof(BadInput))]
    public void GetStreamingResponse_BadInput_IsRefusedAtTheCallAndNamesThePlace(
        string place,
        Action<ChatOptions> set,
        Type type
    )
    {
        var model = ToolTemplates.Model();
        var options = new ChatOptions();
        set(options);

        var error = Assert.Throws(
            type,
            () =>
            {
                _ = model.Client.GetStreamingResponseAsync(s_hello, options);
            }
        );

        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Empty(model.Generator.Requests);
    }

    [Fact]
    public void GetStreamingResponse_EffortForAModelThatDoesNotThink_IsRefused()
    {
        var error = Assert.Throws<NotSupportedException>(() =>
            ToolTemplates
                .Model(ToolTemplates.Plain)
                .Client.GetStreamingResponseAsync(
                    s_hello,
                    new() { Reasoning = new() { Effort = ReasoningEffort.High } }
                )
        );

        Assert.Contains("Reasoning", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_OptionsThroughJson_BindAlike()
    {
        var options = new ChatOptions
        {
            Choices = ["yes", "n\u00F6"],
            LenientSchemas = true,
            ReasoningBudgetTokens = 7,
        };
        var json = JsonSerializer.Serialize(options, AIJsonUtilities.DefaultOptions);
        var read = JsonSerializer.Deserialize<ChatOptions>(json, AIJsonUtilities.DefaultOptions)!;

        Assert.Equal(options.Choices, read.Choices);
        Assert.Equal(7, read.ReasoningBudgetTokens);
        Assert.Equal(7, Assert.IsType<FreePhase>((await ShapeAsync(read))!.Phases[1]).BudgetTokens);
    }

    [Fact]
    public async Task GetResponse_LenientSchema_SaysWhatIsNotEnforced()
    {
        var schema = Json("""{"type":"object","properties":{"x":{"type":"string","pattern":"(a)\\1"}}}""");
        var model = ToolTemplates.Model(ToolTemplates.Plain);
        var strict = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) };
        var lenient = new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(schema),
            LenientSchemas = true,
        };

        Assert.Throws<UnsupportedSchemaException>(() =>
        {
            _ = model.Client.GetStreamingResponseAsync(s_hello, strict);
        });
        var whole = await model.Client.GetResponseAsync(s_hello, lenient);
        var streamed = await model.Client.GetStreamingResponseAsync(s_hello, lenient).ToChatResponseAsync();

        Assert.NotEmpty(whole.SchemaDowngrades!);
        Assert.Equal(whole.SchemaDowngrades, streamed.SchemaDowngrades);
    }

    private static async Task<ReplyShape?> ShapeAsync(ChatOptions options, string template = ToolTemplates.Hermes)
    {
        var model = ToolTemplates.Model(template);
        await model.Client.GetResponseAsync(s_hello, options);
        return Assert.Single(model.Generator.Requests).Shape;
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
