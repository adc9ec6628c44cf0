using System.Text.Json;
using LocalSlm.Testing;
using LocalSlm.Tests.Runtime;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>Bound replies of a real model under options and conditions that work against them.</summary>
[Collection("native")]
public sealed class HardBoundTests(MiniMindFixture minimind) : IClassFixture<MiniMindFixture>
{
    private const string Question = "Describe a person.";

    private static ChatOptions Options(string schema, int seed = 1) =>
        new()
        {
            Seed = seed,
            Temperature = 1.5f,
            MaxOutputTokens = 200,
            ReasoningBudgetTokens = 0,
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonDocument.Parse(schema).RootElement),
        };

    private const string Record =
        """{"type":"object","properties":{"name":{"type":"string","maxLength":12},"born":{"type":"integer","minimum":0,"maximum":2100}},"required":["name","born"],"additionalProperties":false}""";

    [Fact]
    public async Task GetStreamingResponse_CancelledAtRandomMoments_LeavesTheEngineWell()
    {
        var random = new Random(5);
        var moments = Enumerable.Range(0, 32).Select(_ => random.Next(0, 12)).ToArray();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, moments.Length),
            new ParallelOptions { MaxDegreeOfParallelism = 6 },
            async (number, _) =>
            {
                using var cancellation = new CancellationTokenSource();
                var options = Options(
                    """{"type":"array","items":{"enum":["a","b","c"]},"minItems":60,"maxItems":60}""",
                    number
                );
                var seen = 0;
                var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
                {
                    if (moments[number] == 0)
                    {
                        cancellation.CancelAfter(TimeSpan.FromMilliseconds(number));
                    }

                    await foreach (
                        var update in minimind.Client.GetStreamingResponseAsync(Question, options, cancellation.Token)
                    )
                    {
                        if (++seen == moments[number])
                        {
                            await cancellation.CancelAsync();
                        }
                    }
                });
                Assert.Equal(cancellation.Token, error.CancellationToken);
            }
        );
        await minimind.RestAsync();
        await minimind.AssertWellAsync();
    }

    [Fact]
    public async Task GetResponse_SixteenAtOnceInLittleMemory_AreAllValid()
    {
        await using var model = await LocalModel.LoadAsync(
            LoadedModels.Runtime,
            TestAssets.MiniMindPath,
            new ModelLoadOptions
            {
                ContextTokens = 256,
                CacheTokens = 512,
                MaxConcurrentReplies = 8,
                Threads = 1,
                AdaptThreads = false,
            }
        );
        var cases = (await SchemaCase.ReadAsync()).Take(8).ToArray();
        await SchemaReplies.CheckAsync(model.CreateChatClient(), cases, seeds: 32, atOnce: 16, maxOutputTokens: 150);
    }

    [Fact]
    public async Task GetResponse_OneToken_IsTheBeginningOfAValidText()
    {
        var options = Options(Record);
        options.MaxOutputTokens = 1;
        var response = await minimind.Client.GetResponseAsync(Question, options);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal(1, response.Usage!.OutputTokenCount);
        Assert.StartsWith(response.Text, "{\"name\":\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_StopSequenceInTheForcedText_EndsThere()
    {
        var options = Options(Record);
        options.StopSequences = ["\"born\""];
        var response = await minimind.Client.GetResponseAsync(Question, options);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Matches("""^\{"name":".*",$""", response.Text);
    }

    [Fact]
    public async Task GetResponse_LogProbabilities_AreThoseOfTheTextsTokens()
    {
        var options = Options(Record);
        options.TopLogProbabilities = 3;
        var response = await minimind.Client.GetResponseAsync(Question, options);
        var tokenizer = minimind.Model.Tokenizer;
        var bytes = response.LogProbabilities!.SelectMany(token => tokenizer.GetBytes(token.Chosen.TokenId).ToArray());
        Assert.Equal(response.Text, System.Text.Encoding.UTF8.GetString([.. bytes]));
        Assert.All(
            response.LogProbabilities!,
            static token => Assert.True(float.IsFinite(token.Chosen.LogProbability))
        );
    }

    [Fact]
    public async Task GetResponse_QuotesForbidden_IsATypedErrorWhereTheyAreNeeded()
    {
        var tokenizer = minimind.Model.Tokenizer;
        var quotes = Enumerable
            .Range(0, tokenizer.VocabularySize)
            .Where(token => tokenizer.GetBytes(token).Contains((byte)'"'))
            .ToDictionary(static token => token, static _ => float.NegativeInfinity);
        var options = Options("""{"type":"string","minLength":1,"maxLength":5}""");
        options.LogitBias = quotes;
        options.TopLogProbabilities = 0;
        await Assert.ThrowsAsync<InferenceException>(() => minimind.Client.GetResponseAsync(Question, options));
        await minimind.AssertWellAsync();
    }

    [Fact]
    public async Task GetResponse_EndForbidden_EndsWhereNothingMayFollow()
    {
        var ends = minimind.Model.Tokenizer.EndOfGenerationTokens.ToDictionary(
            static token => token,
            static _ => float.NegativeInfinity
        );
        var bound = Options(Record);
        bound.LogitBias = ends;
        var response = await minimind.Client.GetResponseAsync(Question, bound);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        using var document = JsonDocument.Parse(response.Text);

        var open = new ChatOptions
        {
            Pattern = "(ab)+",
            LogitBias = ends,
            MaxOutputTokens = 20,
            ReasoningBudgetTokens = 0,
        };
        var endless = await minimind.Client.GetResponseAsync(Question, open);
        Assert.Equal(ChatFinishReason.Length, endless.FinishReason);
        Assert.Matches("^(ab)+a?$", endless.Text);
    }

    [Fact]
    public async Task GetResponse_PenaltiesOnRepetition_DoNotBreakARepetitiveText()
    {
        var options = Options(
            """{"type":"array","minItems":12,"maxItems":12,"items":{"type":"object","properties":{"on":{"type":"boolean"},"n":{"type":"integer","minimum":0,"maximum":9}},"required":["on","n"],"additionalProperties":false}}"""
        );
        options.MaxOutputTokens = 400;
        options.RepetitionPenalty = 1.8f;
        options.DryMultiplier = 3;
        options.DryAllowedLength = 1;
        options.FrequencyPenalty = 2;
        options.PresencePenalty = 2;
        var response = await minimind.Client.GetResponseAsync(Question, options);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        using var document = JsonDocument.Parse(response.Text);
        Assert.Equal(12, document.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task GetResponse_BoundReplyInTheHistory_IsFoundInTheCache()
    {
        // With thinking off the template writes an empty thought into the prompt, and leaves it out of the history.
        var options = Options(Record);
        options.ReasoningBudgetTokens = null;
        options.Temperature = 0;
        List<ChatMessage> history = [new(ChatRole.User, Question)];
        var first = await minimind.Client.GetResponseAsync(history, options);
        history.AddMessages(first);
        history.Add(new(ChatRole.User, "Another one."));
        var second = await minimind.Client.GetResponseAsync(history, options);

        // The forced text was put in as the tokenizer writes it, so the history is the same tokens; the last may not be computed.
        Assert.InRange(
            second.Usage!.CachedInputTokenCount!.Value,
            first.Usage!.InputTokenCount!.Value,
            second.Usage.InputTokenCount!.Value
        );
        using var document = JsonDocument.Parse(second.Text);
    }
}
