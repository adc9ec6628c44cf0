using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Xunit;

namespace LocalSlm.Testing;

/// <summary>Calls of a real model, most at temperature 1.5: those that are forced, those that it may make, those that it may not.</summary>
public static class CallReplies
{
    private static readonly AIFunction[] s_functions =
    [
        AIFunctionFactory.Create(
            ([StringLength(16)] string city, [Range(1, 12)] int guests, BoundReplies.Mood mood, bool? outside = null) =>
                guests,
            "book_table",
            "Books a table."
        ),
        AIFunctionFactory.Create(
            ([Range(-50, 50)] int from, [StringLength(12)] string? note = "none") => from,
            "set_heating",
            "Sets the heating."
        ),
        AIFunctionFactory.Create(() => "noon", "get_time", "Gets the time."),
    ];

    private static ChatOptions Options(int seed, ChatToolMode mode, bool allowsSeveral) =>
        new()
        {
            Seed = seed,
            Temperature = 1.5f,
            MaxOutputTokens = 400,
            Tools = [.. s_functions],
            ToolMode = mode,
            AllowMultipleToolCalls = allowsSeveral,
            UsePrefixCache = false,
        };

    /// <summary>A forced call comes, names a tool, and its arguments are by the schema of that tool.</summary>
    /// <returns>How many replies held several calls.</returns>
    public static async Task<int> ForcedCalls_AreValid(IChatClient client, int seeds, int atOnce)
    {
        var severalCalls = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, seeds),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce },
            async (seed, cancellation) =>
            {
                var required = (seed % 3) == 0 ? s_functions[seed / 3 % s_functions.Length].Name : null;
                var mode = required is null ? ChatToolMode.RequireAny : ChatToolMode.RequireSpecific(required);
                var allowsSeveral = (seed % 2) == 0;
                var options = Options(seed, mode, allowsSeveral);
                var response = await client.GetResponseAsync(
                    "It is cold; book a table in Izmir.",
                    options,
                    cancellation
                );

                var calls = WholeCallsOf(response);
                Assert.True(calls.Length > 0, $"Seed {seed}: {response.Text}");
                Assert.All(calls, call => Assert.True(required is null || call.Name == required, call.Name));
                await CheckAsync(calls);
                Assert.True(
                    response.Text.Length == 0 || response.FinishReason == ChatFinishReason.Length,
                    response.Text
                );
                Assert.Equal(calls.Length, calls.Select(static call => call.CallId).Distinct().Count());
                if (!allowsSeveral)
                {
                    Assert.Single(calls);
                }

                // Calls without end may be cut off by the limit; one call never is.
                if (!allowsSeveral || response.FinishReason != ChatFinishReason.Length)
                {
                    Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
                }

                if (calls.Length > 1)
                {
                    Interlocked.Increment(ref severalCalls);
                }
            }
        );
        return severalCalls;
    }

    /// <summary>What the model may do of itself: calls are valid and never text; without leave there are none; with a response format
    /// there is a call or what the format says.</summary>
    public static async Task OtherModes_Hold(IChatClient client, int seeds)
    {
        var schema = AIJsonUtilities.CreateJsonSchema(typeof(BoundReplies.Mood));
        for (var seed = 0; seed < seeds; seed++)
        {
            var auto = await client.GetResponseAsync("Set the heating to 20.", Options(seed, ChatToolMode.Auto, true));
            var calls = WholeCallsOf(auto);
            await CheckAsync(calls);
            Assert.DoesNotContain("<tool_call>", auto.Text, StringComparison.Ordinal);
            Assert.True(
                calls.Length == 0
                    || auto.FinishReason is { } finish
                        && (finish == ChatFinishReason.ToolCalls || finish == ChatFinishReason.Length)
            );

            var none = await client.GetResponseAsync("Set the heating to 20.", Options(seed, ChatToolMode.None, true));
            Assert.Empty(CallsOf(none));
            Assert.NotEqual(ChatFinishReason.ToolCalls, none.FinishReason);

            var options = Options(seed, ChatToolMode.Auto, allowsSeveral: false);
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema);
            var either = await client.GetResponseAsync("Set the heating to 20.", options);
            var made = WholeCallsOf(either);
            await CheckAsync(made);
            if (either.FinishReason == ChatFinishReason.Length)
            {
                continue;
            }

            if (made.Length == 0)
            {
                Assert.Contains(either.Text, new[] { "\"Calm\"", "\"Merry\"" });
            }
            else
            {
                Assert.Equal("", either.Text);
            }
        }
    }

    /// <summary>A function is really called, its result goes back, and the model answers.</summary>
    public static async Task InvokedFunctions_AreCalledAndAnswered(IChatClient client)
    {
        var called = new List<int>();
        var function = AIFunctionFactory.Create(
            ([Range(1, 14)] int days) =>
            {
                called.Add(days);
                return $"sunny for {days} days";
            },
            "get_weather"
        );
        using var invoking = client
            .AsBuilder()
            .UseFunctionInvocation(configure: c => c.MaximumIterationsPerRequest = 2)
            .Build();
        var response = await invoking.GetResponseAsync(
            "What will the weather be like?",
            new ChatOptions
            {
                Seed = 1,
                MaxOutputTokens = 120,
                Tools = [function],
                ToolMode = ChatToolMode.RequireAny,
                AllowMultipleToolCalls = false,
            }
        );

        Assert.NotEmpty(called);
        Assert.All(called, days => Assert.InRange(days, 1, 14));
        var results = response.Messages.SelectMany(static m => m.Contents).OfType<FunctionResultContent>().ToArray();
        Assert.Equal(called.Count, results.Length);
        Assert.Equal($"sunny for {called[0]} days", results[0].Result?.ToString());
        Assert.Equal(ChatRole.Assistant, response.Messages[^1].Role);
    }

    private static async Task CheckAsync(FunctionCallContent[] calls)
    {
        foreach (var call in calls)
        {
            Assert.Null(call.Exception);
            var function = Assert.Single(s_functions, function => function.Name == call.Name);
            var validator = await NJsonSchema.JsonSchema.FromJsonAsync(function.JsonSchema.GetRawText());
            Assert.Empty(validator.Validate(JsonSerializer.Serialize(call.Arguments)));
            Assert.NotNull(await function.InvokeAsync(new AIFunctionArguments(call.Arguments)));
        }
    }

    private static FunctionCallContent[] CallsOf(ChatResponse response) =>
        [.. response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>()];

    /// <summary>Gets the calls without the one that the token limit cut off: that one says so.</summary>
    private static FunctionCallContent[] WholeCallsOf(ChatResponse response)
    {
        var calls = CallsOf(response);
        var isCut = response.FinishReason == ChatFinishReason.Length && calls is [.., { Exception: FormatException }];
        return isCut ? calls[..^1] : calls;
    }
}
