using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Xunit;

namespace LocalSlm.Testing;

/// <summary>What a chat client must give whatever its model would like to say: records, values, calls. The same for every runtime.</summary>
public static class BoundReplies
{
    private static readonly ChatMessage[] s_question =
    [
        new(ChatRole.User, "Extract: Ada Lovelace, born 1815, mathematician."),
    ];

    public enum Mood
    {
        Calm,
        Merry,
    }

    public sealed record Person(
        string Name,
        [property: Description("The year of birth"), Range(1000, 2100)] int Born,
        Mood Mood,
        bool? IsAlive
    );

    /// <summary>Objects, arrays, primitives and enumerations come as what was asked for, whatever the temperature.</summary>
    public static async Task TypedReplies_AtAnyTemperature_AreOfTheirType(IChatClient client, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            var options = new ChatOptions
            {
                Seed = seed,
                Temperature = seed == 0 ? 0 : 1.5f,
                MaxOutputTokens = 400,
            };
            await AskAsync<Person>(client, options);
            await AskAsync<Mood[]>(client, options);
            await AskAsync<bool>(client, options);
            await AskAsync<Mood>(client, options);
        }
    }

    /// <summary>A call that is required comes, with arguments by its schema, and is never text.</summary>
    public static async Task RequiredCalls_AtAnyTemperature_AreValid(IChatClient client, int seeds)
    {
        AIFunction weather = AIFunctionFactory.Create(
            (Mood mood, [Range(1, 14)] int days, bool? isMetric = null) => days,
            "get_weather",
            "Gets the weather."
        );
        AIFunction time = AIFunctionFactory.Create(() => "noon", "get_time", "Gets the time.");
        for (var seed = 0; seed < seeds; seed++)
        {
            var mode = (seed % 2) == 0 ? ChatToolMode.RequireSpecific("get_weather") : ChatToolMode.RequireAny;
            var response = await client.GetResponseAsync(
                "What is the weather in Izmir?",
                new ChatOptions
                {
                    Seed = seed,
                    Temperature = seed == 0 ? 0 : 1.5f,
                    MaxOutputTokens = 400,
                    Tools = [weather, time],
                    ToolMode = mode,
                    AllowMultipleToolCalls = false,
                }
            );

            var call = Assert.IsType<FunctionCallContent>(
                Assert.Single(response.Messages[0].Contents, static content => content is not TextReasoningContent)
            );
            Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
            Assert.Null(call.Exception);
            Assert.True(
                call.Name is "get_weather" || (mode == ChatToolMode.RequireAny && call.Name is "get_time"),
                call.Name
            );

            // The binder of the function is the judge of its arguments.
            var function = call.Name == "get_weather" ? weather : time;
            Assert.NotNull(await function.InvokeAsync(new AIFunctionArguments(call.Arguments)));
        }
    }

    /// <summary>Choices, patterns and grammars hold, and several rounds of calls lead to an answer.</summary>
    public static async Task OtherBounds_Hold(IChatClient client)
    {
        var choice = await client.GetResponseAsync(
            s_question,
            new() { Choices = ["yes", "no", "perhaps"], Temperature = 1.5f }
        );
        Assert.Contains(choice.Text, new[] { "yes", "no", "perhaps" });

        var pattern = await client.GetResponseAsync(s_question, new() { Pattern = @"\d{4}-\d{2}", Temperature = 1.5f });
        Assert.Matches(@"\A[0-9]{4}-[0-9]{2}\z", pattern.Text);

        var grammar = await client.GetResponseAsync(
            s_question,
            new() { Grammar = "root ::= \"<\" [a-z]{2,5} \">\"", Temperature = 1.5f }
        );
        Assert.Matches(@"\A<[a-z]{2,5}>\z", grammar.Text);

        var raw = await client.GetResponseAsync("Once", new() { RawCompletion = true, Choices = [" upon", " more"] });
        Assert.Contains(raw.Text, new[] { " upon", " more" });

        var json = await client.GetResponseAsync(
            s_question,
            new()
            {
                ResponseFormat = ChatResponseFormat.Json,
                Temperature = 0,
                MaxOutputTokens = 600,
            }
        );
        if (json.FinishReason == ChatFinishReason.Stop)
        {
            using var document = JsonDocument.Parse(json.Text);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }

    private static async Task AskAsync<T>(IChatClient client, ChatOptions options)
    {
        var response = await client.GetResponseAsync<T>(s_question, options);

        // A text without a bound may be longer than the reply; then, and only then, it is cut off.
        if (response.FinishReason == ChatFinishReason.Length)
        {
            Assert.True(typeof(T) == typeof(Person) || typeof(T) == typeof(Mood[]), response.Text);
            return;
        }

        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.True(response.TryGetResult(out _), response.Text);
    }
}
