using LocalSlm.Scheduling;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>In ChatML with one token a character, a message takes 4 tokens, its role and its text; the start of the reply
/// takes 11.</summary>
public sealed class OverflowTests
{
    private static readonly ChatMessage[] s_history =
    [
        new(ChatRole.System, "rules"), // 15
        new(ChatRole.User, "1111111111"), // 18
        new(ChatRole.Assistant, "aaaaaaaaaa"), // 23
        new(ChatRole.User, "2222222222"), // 18
        new(ChatRole.Assistant, "bbbbbbbbbb"), // 23
        new(ChatRole.User, "3333333333"), // 18
    ]; // and 11: 126 in all

    [Fact]
    public void GetStreamingResponse_PromptFillsTheContext_ThrowsAtTheCallWithBothNumbers()
    {
        var model = new FakeChatModel(contextTokens: 126);

        var error = Assert.Throws<ContextOverflowException>(() => model.Client.GetStreamingResponseAsync(s_history));

        Assert.Equal((126, 126), (error.PromptTokens, error.ContextTokens));
        Assert.Empty(model.Generator.Requests);
    }

    [Fact]
    public async Task GetResponse_RoomForOneToken_IsSent()
    {
        var model = new FakeChatModel(contextTokens: 127);

        var response = await model.Client.GetResponseAsync(s_history);

        Assert.Equal(126, response.Usage!.InputTokenCount);
        Assert.Null(response.OverflowReport);
    }

    [Theory]
    [InlineData(127, 1, 0, 0)]
    [InlineData(126, 1, 1, 2)] // 85 are left
    [InlineData(86, 1, 1, 2)]
    [InlineData(85, 1, 2, 4)] // 44 are left
    [InlineData(126, 41, 1, 2)]
    [InlineData(126, 42, 2, 4)]
    public async Task GetResponse_DropOldestTurns_DropsTheFewestThatLeaveRoomForTheReply(
        int contextTokens,
        int reply,
        int turns,
        int messages
    )
    {
        var model = new FakeChatModel(contextTokens);

        var response = await model.Client.GetResponseAsync(
            s_history,
            new() { OverflowPolicy = OverflowPolicy.DropOldestTurns, MaxOutputTokens = reply }
        );

        Assert.Equal(turns == 0 ? null : new OverflowReport(turns, messages, 0), response.OverflowReport);
        Assert.StartsWith("<|im_start|>system\nrules<|im_end|>", model.LastPrompt, StringComparison.Ordinal);
        Assert.EndsWith("3333333333<|im_end|>\n<|im_start|>assistant\n", model.LastPrompt, StringComparison.Ordinal);
        Assert.Equal(turns < 1, model.LastPrompt.Contains('1', StringComparison.Ordinal));
        Assert.Equal(turns < 1, model.LastPrompt.Contains("aaa", StringComparison.Ordinal));
        Assert.Equal(turns < 2, model.LastPrompt.Contains('2', StringComparison.Ordinal));
    }

    [Fact]
    public async Task GetStreamingResponse_DropOldestTurns_ReportsOnTheLastUpdateAndInTheLog()
    {
        var log = new RecordingLogger();
        var model = new FakeChatModel(contextTokens: 120, logger: log);

        var updates = await model
            .Client.GetStreamingResponseAsync(
                s_history,
                new() { OverflowPolicy = OverflowPolicy.DropOldestTurns, MaxOutputTokens = 1 }
            )
            .ToListAsync();

        Assert.Equal(new OverflowReport(1, 2, 0), updates[^1].OverflowReport);
        Assert.Equal(new OverflowReport(1, 2, 0), updates.ToChatResponse().OverflowReport);
        Assert.All(updates.SkipLast(1), update => Assert.Null(update.OverflowReport));
        var entry = Assert.Single(log.Entries);
        Assert.Contains("1 old turns (2 messages)", entry, StringComparison.Ordinal);
        Assert.DoesNotContain("1111", entry, StringComparison.Ordinal);
    }

    [Fact]
    public void GetStreamingResponse_DropOldestTurnsAndTheLastIsTooLong_Throws()
    {
        var model = new FakeChatModel(contextTokens: 44);

        var error = Assert.Throws<ContextOverflowException>(() =>
            model.Client.GetStreamingResponseAsync(s_history, new() { OverflowPolicy = OverflowPolicy.DropOldestTurns })
        );

        Assert.Equal(44, error.PromptTokens);
    }

    [Fact]
    public async Task GetResponse_DropOldestTurnsWithLittleRoom_KeepsTheLastTurnAndGoesOn()
    {
        var model = new FakeChatModel(contextTokens: 45);

        var response = await model.Client.GetResponseAsync(
            s_history,
            new() { OverflowPolicy = OverflowPolicy.DropOldestTurns, MaxOutputTokens = 20 }
        );

        Assert.Equal(new OverflowReport(2, 4, 0), response.OverflowReport);
    }

    [Fact]
    public async Task GetResponse_DropOldestTurns_TriesFewTimesForALongHistory()
    {
        List<ChatMessage> history = [];
        for (var turn = 0; turn < 500; turn++)
        {
            history.Add(new(ChatRole.User, "question"));
            history.Add(new(ChatRole.Assistant, "answer"));
        }

        history.Add(new(ChatRole.User, "last"));
        var model = new FakeChatModel(contextTokens: 1000);

        await model.Client.GetResponseAsync(
            history,
            new() { OverflowPolicy = OverflowPolicy.DropOldestTurns, MaxOutputTokens = 10 }
        );

        Assert.InRange(model.Tokenizer.EncodeCount, 2, 11);
        Assert.InRange(model.Generator.Requests[0].Prompt.Length, 957, 990);
    }

    [Fact]
    public async Task GetResponse_SlideWindow_KeepsTheSystemPart()
    {
        var model = new FakeChatModel(contextTokens: 400);
        model.Generator.Script = _ => new ScriptedReply([new("x", GenerationFinish.Length, null)]) { SlidTokens = 77 };

        var response = await model.Client.GetResponseAsync(
            s_history,
            new() { OverflowPolicy = OverflowPolicy.SlideWindow }
        );

        // The system message, and the head of the user message behind it: "<|im_start|>user\n".
        Assert.Equal(15 + 6, model.Generator.Requests[0].SlideKeepingTokens);
        Assert.Equal(new OverflowReport(0, 0, 77), response.OverflowReport);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
    }

    [Fact]
    public async Task GetResponse_SlideWindowOfRawCompletion_KeepsTheStartToken()
    {
        var model = new FakeChatModel(contextTokens: 400);

        await model.Client.GetResponseAsync(
            [new(ChatRole.User, "Once")],
            new() { OverflowPolicy = OverflowPolicy.SlideWindow, RawCompletion = true }
        );

        Assert.Equal(1, model.Generator.Requests[0].SlideKeepingTokens);
    }

    [Fact]
    public void GetStreamingResponse_SlideWindowAndThePromptIsTooLong_Throws()
    {
        var model = new FakeChatModel(contextTokens: 100);

        Assert.Throws<ContextOverflowException>(() =>
            model.Client.GetStreamingResponseAsync(s_history, new() { OverflowPolicy = OverflowPolicy.SlideWindow })
        );
    }

    [Fact]
    public async Task GetResponse_NoPolicy_NeverSlides()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync(s_history);

        Assert.Null(model.Generator.Requests[0].SlideKeepingTokens);
    }
}
