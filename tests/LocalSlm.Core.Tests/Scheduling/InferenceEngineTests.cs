using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Scheduling;

public class InferenceEngineTests
{
    [Fact]
    public async Task Submit_OneRequest_GivesTheModelsText()
    {
        using var harness = new EngineHarness();
        var reply = await EngineHarness.ReadAsync(harness.Engine.Submit(EngineHarness.Request("hello", 40), default));

        Assert.Equal(harness.Expected("hello", 40), reply.Text);
        Assert.Equal(5, reply.Usage.PromptTokens);
        Assert.Equal(reply.Text.Length, reply.Usage.OutputTokens);
    }

    [Fact]
    public async Task Submit_FirstSpaceNotTheReplysOwn_LeavesOutThatOneAlone()
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0 });
        var letters = EngineHarness.Request("hello", 6) with { DropsFirstSpace = true };
        var spaces = letters with
        {
            Sampling = new SamplingSettings { LogitBias = new Dictionary<int, float> { [' '] = 100 } },
        };

        Assert.Equal(harness.Expected("hello", 6), (await ReadAsync(letters)).Text);
        Assert.Equal(new string(' ', 6), (await ReadAsync(spaces with { DropsFirstSpace = false })).Text);
        var dropped = await ReadAsync(spaces);
        Assert.Equal(new string(' ', 5), dropped.Text);
        Assert.Equal(6, dropped.Usage.OutputTokens);

        Task<(string Text, GenerationFinish Finish, GenerationUsage Usage)> ReadAsync(GenerationRequest request) =>
            EngineHarness.ReadAsync(harness.Engine.Submit(request, default));
    }

    [Fact]
    public async Task Submit_EndOfContext_FinishesWithLength()
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0, SequenceTokens = 64 });
        var reply = await EngineHarness.ReadAsync(harness.Engine.Submit(EngineHarness.Request("hello"), default));

        Assert.Equal(GenerationFinish.Length, reply.Finish);
        Assert.Equal(64 - 5, reply.Usage.OutputTokens);
    }

    [Fact]
    public async Task Submit_StopSequence_EndsBeforeIt()
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0 });
        var whole = harness.Expected("hello", 100);
        var request = EngineHarness.Request("hello", 100) with { StopSequences = [whole[20..23]] };
        var reply = await EngineHarness.ReadAsync(harness.Engine.Submit(request, default));

        Assert.Equal(GenerationFinish.Stop, reply.Finish);
        Assert.Equal(whole[..whole.IndexOf(whole[20..23], StringComparison.Ordinal)], reply.Text);
    }

    [Fact]
    public async Task Submit_SecondTurn_ComputesOnlyWhatIsNew()
    {
        using var harness = new EngineHarness();
        var first = await harness.AskAsync("user: hi there. bot: ", 30);
        var computed = harness.Decoder.TokensComputed;
        var prompt = "user: hi there. bot: " + first + " user: and? bot: ";
        var second = await EngineHarness.ReadAsync(harness.Engine.Submit(EngineHarness.Request(prompt, 10), default));

        Assert.Equal(harness.Expected(prompt, 10), second.Text);
        Assert.True(second.Usage.CachedTokens >= "user: hi there. bot: ".Length + first.Length - 1);
        Assert.True(harness.Decoder.TokensComputed - computed < 40);
    }

    [Fact]
    public async Task Submit_CacheRefused_ComputesEverything()
    {
        using var harness = new EngineHarness();
        await harness.AskAsync("the same prompt", 5);
        var request = EngineHarness.Request("the same prompt", 5) with { UsePrefixCache = false };
        var reply = await EngineHarness.ReadAsync(harness.Engine.Submit(request, default));

        Assert.Equal(0, reply.Usage.CachedTokens);
        Assert.Equal(harness.Expected("the same prompt", 5), reply.Text);
    }

    [Theory]
    [InlineData(PrefixSharing.Shared)]
    [InlineData(PrefixSharing.Copied)]
    public async Task Submit_SharedSystemPromptAtOnce_IsComputedOnce(PrefixSharing sharing)
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { Sharing = sharing });
        var system = new string('s', 300);
        var replies = Enumerable
            .Range(0, 4)
            .Select(i =>
                EngineHarness.ReadAsync(harness.Engine.Submit(EngineHarness.Request($"{system} q{i}?", 8), default))
            )
            .ToArray();
        var texts = await Task.WhenAll(replies);

        Assert.All(texts, (reply, i) => Assert.Equal(harness.Expected($"{system} q{i}?", 8), reply.Text));
        Assert.InRange(harness.Decoder.TokensComputed, 300, 300 + (4 * (4 + 8)) + 8);
        Assert.Equal(3, texts.Count(static reply => reply.Usage.CachedTokens >= 300));
    }

    [Fact]
    public async Task Submit_MemoryShort_PausesTheYoungestAndLosesNothing()
    {
        using var harness = new EngineHarness(
            new FakeDecoderOptions
            {
                TotalTokens = 300,
                SequenceTokens = 256,
                EndEvery = 0,
            }
        );
        using var asked = harness.Hold();
        var reading = Enumerable
            .Range(0, 4)
            .Select(i =>
                EngineHarness.ReadAsync(harness.Engine.Submit(EngineHarness.Request($"{i} prompt", 150), default))
            )
            .ToArray();
        asked.Set();
        var replies = await Task.WhenAll(reading);

        Assert.All(replies, (reply, i) => Assert.Equal(harness.Expected($"{i} prompt", 150), reply.Text));
        Assert.True(harness.Engine.Statistics.Preemptions > 0);
        Assert.Equal(0, harness.Decoder.Overruns);
    }

    [Fact]
    public async Task Submit_ReaderStops_NeitherBlocksOthersNorLosesText()
    {
        var settings = new EngineSettings
        {
            ModelName = "fake",
            ReplyBufferUpdates = 8,
            MaxConcurrentReplies = 1,
            StalledReaderTimeout = TimeSpan.FromMilliseconds(20),
        };
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0 }, settings);
        var slow = harness.Engine.Submit(EngineHarness.Request("slow", 100), default);
        Assert.True(await slow.WaitToReadAsync());

        // The only place is taken by a reply that nobody reads: it must give way.
        Assert.Equal(harness.Expected("quick", 50), await harness.AskAsync("quick", 50));

        var rest = await EngineHarness.ReadAsync(slow);
        Assert.Equal(harness.Expected("slow", 100), rest.Text);
    }

    [Fact]
    public async Task Submit_Cancelled_ThrowsWithTheCallersTokenAndFreesTheSequence()
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0 });
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        harness.Decoder.BeforeDecode = _ =>
        {
            entered.Set();
            go.Wait();
            return null;
        };
        using var source = new CancellationTokenSource();
        var reply = harness.Engine.Submit(EngineHarness.Request(new string('p', 400)), source.Token);
        entered.Wait(TestContext.Current.CancellationToken);
        await source.CancelAsync();
        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () => await reply.WaitToReadAsync());
        Assert.Equal(source.Token, error.CancellationToken);

        go.Set();
        await harness.SettleAsync();
        Assert.True(harness.Decoder.Steps <= 2, "The prefill went on after the chunk in which it was cancelled.");
    }

    [Fact]
    public async Task Submit_CancelledInAStepOfItsOwn_EndsTheStep()
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0 });
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        harness.Decoder.BeforeDecode = _ =>
        {
            entered.Set();
            go.Wait();
            return null;
        };
        using var source = new CancellationTokenSource();
        var reply = harness.Engine.Submit(EngineHarness.Request(new string('p', 400)), source.Token);
        entered.Wait(TestContext.Current.CancellationToken);
        await source.CancelAsync();
        go.Set();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await reply.WaitToReadAsync());
        await harness.SettleAsync();
        Assert.Equal(0, harness.Decoder.TokensComputed);

        harness.Decoder.BeforeDecode = null;
        Assert.Equal(harness.Expected("next", 20), await harness.AskAsync("next", 20));
    }

    [Fact]
    public async Task Submit_CancelledInAStepWithOthers_LeavesThemTheStep()
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0 });
        using var asked = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var computed = -1L;
        harness.Decoder.BeforeDecode = batch =>
        {
            // Otherwise the first reply may be over before the second one is asked for.
            asked.Wait();
            if (computed < 0 && batch.RowCount == 2)
            {
                computed = harness.Decoder.TokensComputed;
                entered.Set();
                go.Wait();
                return null;
            }

            // The step that was waited in was computed, although one of its readers had gone.
            computed = entered.IsSet && computed == harness.Decoder.TokensComputed ? long.MaxValue : computed;
            return null;
        };
        using var source = new CancellationTokenSource();
        var first = harness.Engine.Submit(EngineHarness.Request("first", 60), source.Token);
        var second = harness.Engine.Submit(EngineHarness.Request("second", 60), default);
        asked.Set();
        entered.Wait(TestContext.Current.CancellationToken);
        await source.CancelAsync();
        go.Set();

        Assert.Equal(harness.Expected("second", 60), (await EngineHarness.ReadAsync(second)).Text);
        Assert.NotEqual(long.MaxValue, computed);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task Submit_TooMany_AreRefused()
    {
        var settings = new EngineSettings
        {
            ModelName = "fake",
            MaxConcurrentReplies = 1,
            MaxQueuedRequests = 2,
        };
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0 }, settings);
        using var go = new ManualResetEventSlim();
        harness.Decoder.BeforeDecode = _ =>
        {
            go.Wait();
            return null;
        };
        var replies = Enumerable
            .Range(0, 3)
            .Select(_ => harness.Engine.Submit(EngineHarness.Request("x", 3), default))
            .ToArray();
        var error = Assert.Throws<QueueFullException>(() =>
            harness.Engine.Submit(EngineHarness.Request("x", 3), default)
        );
        Assert.Equal(2, error.Capacity);

        go.Set();
        foreach (var reply in replies)
        {
            await EngineHarness.ReadAsync(reply);
        }

        Assert.Equal(harness.Expected("x", 3), await harness.AskAsync("x", 3));
    }

    [Fact]
    public async Task Dispose_WhileBusy_EndsEveryRequestWithATypedError()
    {
        var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0, SequenceTokens = 4096 });
        var replies = Enumerable
            .Range(0, 8)
            .Select(i => harness.Engine.Submit(EngineHarness.Request($"{i}"), default))
            .ToArray();
        Assert.True(await replies[0].WaitToReadAsync());
        harness.Dispose();

        foreach (var reply in replies)
        {
            await Assert.ThrowsAsync<ModelUnloadedException>(() => EngineHarness.ReadAsync(reply));
        }

        Assert.Throws<ModelUnloadedException>(() => harness.Engine.Submit(EngineHarness.Request("x"), default));
    }

    [Fact]
    public async Task Submit_StepFails_EndsItsRepliesAndServesTheNext()
    {
        using var harness = new EngineHarness();
        harness.Decoder.BeforeDecode = _ => DecodeStatus.Failed;
        await Assert.ThrowsAsync<InferenceException>(() => harness.AskAsync("x", 3));
        harness.Decoder.BeforeDecode = _ => throw new InvalidOperationException("boom");
        var error = await Assert.ThrowsAsync<InferenceException>(() => harness.AskAsync("x", 3));
        Assert.Contains("boom", error.Message, StringComparison.Ordinal);

        harness.Decoder.BeforeDecode = null;
        Assert.Equal(harness.Expected("x", 3), await harness.AskAsync("x", 3));
    }

    [Fact]
    public async Task Submit_RuntimeOutOfMemoryAgainstTheCount_EvictsAndGoesOn()
    {
        using var harness = new EngineHarness();
        await harness.AskAsync("a cached conversation", 5);
        var refusals = 1;
        harness.Decoder.BeforeDecode = _ => refusals-- > 0 ? DecodeStatus.OutOfMemory : null;
        Assert.Equal(harness.Expected("another", 5), await harness.AskAsync("another", 5));
        Assert.Equal(1, harness.Engine.Statistics.CachedConversations);
    }

    [Fact]
    public async Task Submit_Slide_GoesOnAndReportsWhatWasDropped()
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0, SequenceTokens = 64 });
        var request = EngineHarness.Request("system: long talk", 200) with { SlideKeepingTokens = 7 };
        var reply = await EngineHarness.ReadAsync(harness.Engine.Submit(request, default));

        Assert.Equal(200, reply.Usage.OutputTokens);
        Assert.True(reply.Usage.SlidTokens > 100);
        Assert.Equal(Slid("system: long talk", 200, 7, 64), reply.Text);
    }

    [Fact]
    public async Task Submit_PromptBesideRunningReply_ComesInChunks()
    {
        var settings = new EngineSettings
        {
            ModelName = "fake",
            PrefillChunkTokens = 32,
            ReplyBufferUpdates = 1000,
        };
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = 0 }, settings);
        using var joined = new ManualResetEventSlim();
        var shapes = new List<(int Tokens, bool HasRunning)>();
        harness.Decoder.BeforeDecode = batch =>
        {
            // The first step is the running reply's own prompt.
            if (harness.Decoder.Steps > 1)
            {
                joined.Wait();
                shapes.Add((batch.TokenCount, batch.Rows.ToArray().Any(static row => row.TokenCount == 1)));
            }

            return null;
        };
        var running = harness.Engine.Submit(EngineHarness.Request("run", 100), default);
        Assert.True(await running.WaitToReadAsync());
        var prompt = harness.Engine.Submit(EngineHarness.Request(new string('j', 300), 1), default);
        joined.Set();

        Assert.Equal(harness.Expected("run", 100), (await EngineHarness.ReadAsync(running)).Text);
        await EngineHarness.ReadAsync(prompt);
        Assert.All(shapes.Take(10), static shape => Assert.True(shape.HasRunning));
        Assert.Equal(10, shapes.Count(static shape => shape.Tokens > 1));
        Assert.All(shapes, static shape => Assert.InRange(shape.Tokens, 1, 33));
    }

    private static string Slid(string prompt, int count, int keep, int context)
    {
        var tokens = EngineHarness.Tokens(prompt).ToList();
        var text = "";
        while (text.Length < count)
        {
            var next = FakeLanguage.Continue(tokens, 1, 0);
            text += next;
            tokens.Add(next[0]);
            if (tokens.Count >= context)
            {
                tokens.RemoveRange(keep, (tokens.Count - keep) / 2);
            }
        }

        return text;
    }
}
