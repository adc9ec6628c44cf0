using System.Diagnostics;
using LocalSlm.Testing;
using LocalSlm.Tests.Chat;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.BadInput;

/// <summary>Requests that cannot be answered, or look as if they could not, on a real model.</summary>
[Collection("native")]
public sealed class BadRequestTests(MiniMindFixture minimind) : IClassFixture<MiniMindFixture>
{
    public static TheoryData<string> BadOptions => [.. s_badOptions.Keys];

    private static readonly Dictionary<string, ChatOptions> s_badOptions = new()
    {
        ["empty stop"] = new() { StopSequences = [""] },
        ["NaN temperature"] = new() { Temperature = float.NaN },
        ["infinite temperature"] = new() { Temperature = float.PositiveInfinity },
        ["negative temperature"] = new() { Temperature = -1 },
        ["negative top-k"] = new() { TopK = -1 },
        ["top-p above 1"] = new() { TopP = 1.5f },
        ["NaN top-p"] = new() { TopP = float.NaN },
        ["no output"] = new() { MaxOutputTokens = 0 },
        ["negative output"] = new() { MaxOutputTokens = -1 },
        ["NaN penalty"] = new() { FrequencyPenalty = float.NaN },
        ["NaN min-p"] = new() { MinP = float.NaN },
        ["zero repetition penalty"] = new() { RepetitionPenalty = 0 },
        ["huge bias id"] = new() { LogitBias = new Dictionary<int, float> { [int.MaxValue] = 1 } },
        ["negative bias id"] = new() { LogitBias = new Dictionary<int, float> { [-1] = 1 } },
        ["NaN bias"] = new() { LogitBias = new Dictionary<int, float> { [5] = float.NaN } },
        ["too many alternatives"] = new() { TopLogProbabilities = 21 },
        ["lone surrogate in a stop"] = new() { StopSequences = ["a\uD800"] },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task GetResponse_BadOption_IsRefusedAtTheCall(string name)
    {
        var before = minimind.Model.Statistics.CompletedRequests;
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            minimind.Client.GetResponseAsync("hi", s_badOptions[name])
        );
        Assert.ThrowsAny<ArgumentException>(() => minimind.Client.GetStreamingResponseAsync("hi", s_badOptions[name]));
        Assert.NotEmpty(error.Message);
        Assert.Equal(before, minimind.Model.Statistics.CompletedRequests);
    }

    [Theory]
    [InlineData("logit_bias", "99999999999999999999")]
    [InlineData("logit_bias", "-5")]
    public async Task GetResponse_BiasByAnImpossibleName_IsRefused(string key, string id)
    {
        var options = new ChatOptions
        {
            AdditionalProperties = new() { [key] = new Dictionary<string, object?> { [id] = 1.0 } },
        };
        await Assert.ThrowsAnyAsync<ArgumentException>(() => minimind.Client.GetResponseAsync("hi", options));
    }

    [Fact]
    public async Task GetResponse_LargestOptions_Answers()
    {
        var options = new ChatOptions
        {
            Temperature = float.MaxValue,
            TopK = int.MaxValue,
            TopP = 1,
            MaxOutputTokens = int.MaxValue,
            FrequencyPenalty = float.MaxValue,
            PresencePenalty = -float.MaxValue,
            RepetitionPenalty = float.MaxValue,
            PenaltyWindowTokens = int.MaxValue,
            DryMultiplier = float.MaxValue,
            DryAllowedLength = int.MaxValue,
            LogitBias = new Dictionary<int, float> { [7] = float.MaxValue, [8] = float.NegativeInfinity },
            StopSequences = ["e", "a", "\u4E00"],
            Seed = long.MinValue,
        };
        using var enough = new CancellationTokenSource();
        var received = 0;
        try
        {
            await foreach (
                var update in minimind.Client.GetStreamingResponseAsync("Tell me a story.", options, enough.Token)
            )
            {
                if (++received == 5)
                {
                    await enough.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException error) when (error.CancellationToken == enough.Token)
        {
            // It would have gone on to the end of the context.
        }

        await minimind.AssertWellAsync();
    }

    [Fact]
    public async Task GetResponse_NoMessages_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => minimind.Client.GetResponseAsync([]));

    [Fact]
    public async Task GetResponse_EmptyContents_Answers()
    {
        List<ChatMessage> messages =
        [
            new(ChatRole.System, ""),
            new(ChatRole.User, []),
            new(ChatRole.Assistant, ""),
            new(ChatRole.User, ""),
        ];
        var response = await minimind.Client.GetResponseAsync(messages, new ChatOptions { MaxOutputTokens = 4 });
        Assert.InRange(response.Usage!.OutputTokenCount!.Value, 0, 4);
    }

    [Theory]
    [InlineData("lost ", 0xD83D)]
    [InlineData("", 0xDC00)]
    [InlineData("\uD83D\uDE80", 0xDC00)]
    public async Task GetResponse_LoneSurrogate_IsRefusedWithItsPlace(string before, int surrogate)
    {
        // Put together here: an attribute holds UTF-8, which has no lone surrogates.
        var text = before + (char)surrogate + " half";
        var error = await Assert.ThrowsAsync<ArgumentException>(() => minimind.Client.GetResponseAsync(text));
        Assert.Contains(
            $"U+{surrogate:X4} stands at character {before.Length}",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task GetResponse_NulCharacters_AreText()
    {
        var options = new ChatOptions { MaxOutputTokens = 2, Temperature = 0 };
        var without = minimind.Client.CountPromptTokens([new(ChatRole.User, "ab")]);
        var with = minimind.Client.CountPromptTokens([new(ChatRole.User, "a\0\0\0\0b")]);
        // A token for each, and perhaps one more, since "a" and "b" do not merge.
        Assert.InRange(with, without + 4, without + 5);
        await minimind.Client.GetResponseAsync("a\0\0b\0", options);
    }

    [Fact]
    public async Task GetResponse_TemplateThatLoopsForEver_IsATemplateError()
    {
        const string Endless =
            "{% macro again(n) %}{% for i in range(99999) %}{{ again(n) }}{% endfor %}{% endmacro %}"
            + "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}{{ again(1) }}";
        var watch = Stopwatch.StartNew();
        var options = new ChatOptions { ChatTemplate = Endless };
        await Assert.ThrowsAsync<ChatTemplateException>(() => minimind.Client.GetResponseAsync("hi", options));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await minimind.AssertWellAsync();
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("\u4E2D")]
    [InlineData("hello world ")]
    public async Task GetResponse_PromptOfTenMegabytes_IsRefusedWithoutGreatWork(string text)
    {
        const int Characters = 10_000_000;
        var prompt = string.Concat(Enumerable.Repeat(text, Characters / text.Length));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<ContextOverflowException>(() => minimind.Client.GetResponseAsync(prompt));

        Assert.True(error.PromptTokens > error.ContextTokens);
        Assert.True(error.IsLowerBound);
        // The text is rendered, which copies it a few times; it is not tokenised.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12L * Characters);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task GetResponse_PromptLittleLongerThanTheContext_IsRefusedWithTheExactCount()
    {
        List<ChatMessage> messages = [new(ChatRole.User, string.Concat(Enumerable.Repeat("one two three ", 2000)))];
        var error = await Assert.ThrowsAsync<ContextOverflowException>(() =>
            minimind.Client.GetResponseAsync(messages)
        );
        Assert.Equal(minimind.Client.CountPromptTokens(messages), error.PromptTokens);
        Assert.False(error.IsLowerBound);
    }

    [Fact]
    public async Task GetResponse_HugeOldTurn_IsDroppedWhenAskedTo()
    {
        List<ChatMessage> messages =
        [
            new(ChatRole.User, new string(' ', 5_000_000)),
            new(ChatRole.Assistant, "Yes?"),
            new(ChatRole.User, "What is the capital of France?"),
        ];
        var options = new ChatOptions { Temperature = 0, OverflowPolicy = OverflowPolicy.DropOldestTurns };
        var response = await minimind.Client.GetResponseAsync(messages, options);
        Assert.Equal("The capital of France is Paris.", response.Text);
        Assert.Equal(1, response.OverflowReport!.DroppedTurns);
    }

    [Fact]
    public async Task GetResponse_UserTextThatSpellsSpecialTokens_HoldsNoControlToken()
    {
        var tokenizer = minimind.Model.Tokenizer;
        // Everything that the model itself takes for special, by its published list of added tokens.
        var names = MiniMindTokens.ReadAddedTokens();
        Assert.Contains("<|im_end|>", names);
        var ids = names.Select(name => Assert.Single(minimind.Encode(name, isControl: true))).ToHashSet();
        foreach (var name in names)
        {
            Assert.DoesNotContain(minimind.Encode(name, isControl: false), ids.Contains);
        }

        var text = $"x {string.Join(' ', names)} {string.Concat(names)} y";
        var tokens = minimind.Encode(text, isControl: false);
        Assert.DoesNotContain(tokens, ids.Contains);
        Assert.DoesNotContain(tokens, tokenizer.IsControl);
        Assert.Equal(text, Spell(tokenizer, tokens));
        var response = await minimind.Client.GetResponseAsync(text, new ChatOptions { MaxOutputTokens = 4 });
        Assert.NotNull(response.Usage);
    }

    private static string Spell(ITokenizer tokenizer, List<int> tokens) =>
        System.Text.Encoding.UTF8.GetString([.. tokens.SelectMany(token => tokenizer.GetBytes(token).ToArray())]);
}
