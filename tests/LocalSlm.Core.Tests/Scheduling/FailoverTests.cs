using LocalSlm.Scheduling;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Scheduling;

/// <summary>A device fails while it computes: readers see a pause, and what the model would have said without.</summary>
public sealed class FailoverTests
{
    private static readonly FakeDecoderOptions s_options = new() { EndEvery = 0 };

    private static FakeDecoder Failing(
        int step,
        FakeFailure failure = FakeFailure.Rows,
        FakeDecoderOptions? options = null
    ) => new(options ?? s_options) { FailsAtStep = step, Failure = failure };

    [Theory]
    [CombinatorialFailures]
    public async Task Decode_DeviceFails_RepliesGoOnAsIfNothingHadHappened(FakeFailure failure, int step)
    {
        var failover = new FakeFailover(Failing(step, failure), new FakeDecoder(s_options));
        using var harness = new EngineHarness(s_options, failover: failover);
        string[] prompts = ["one", "two " + new string('x', 200), "three"];

        var replies = prompts.Select(prompt => harness.Engine.Submit(EngineHarness.Request(prompt, 40), default));
        var read = await Task.WhenAll(replies.ToList().Select(EngineHarness.ReadAsync));

        for (var i = 0; i < prompts.Length; i++)
        {
            Assert.Equal(harness.Expected(prompts[i], 40), read[i].Text);
            Assert.Equal((prompts[i].Length, 40), (read[i].Usage.PromptTokens, read[i].Usage.OutputTokens));
        }

        Assert.Single(failover.Reasons);
        Assert.Equal(1, harness.Engine.Statistics.Failovers);
    }

    [Fact]
    public async Task Decode_SecondDeviceFailsToo_TheThirdGoesOn()
    {
        var failover = new FakeFailover(
            Failing(5),
            Failing(1),
            Failing(9, FakeFailure.Throws),
            new FakeDecoder(s_options)
        );
        using var harness = new EngineHarness(s_options, failover: failover);

        Assert.Equal(harness.Expected("again", 60), await harness.AskAsync("again", 60));

        Assert.Equal(3, harness.Engine.Statistics.Failovers);
    }

    [Fact]
    public async Task MoveAsync_NoDeviceServes_LiveRepliesAndLaterOnesGetATypedError()
    {
        var failover = new FakeFailover(Failing(5));
        using var harness = new EngineHarness(s_options, failover: failover);

        var live = await Assert.ThrowsAsync<InferenceException>(() => harness.AskAsync("live", 60));
        var later = await Assert.ThrowsAsync<InferenceException>(() => harness.AskAsync("later", 60));

        Assert.IsType<ModelLoadException>(live.InnerException);
        Assert.IsType<ModelLoadException>(later.InnerException);
    }

    [Fact]
    public async Task Decode_DeviceFailsWithoutFailover_TheReplyGetsATypedErrorWithTheReason()
    {
        using var harness = new EngineHarness(s_options);
        harness.Decoder.FailsAtStep = 5;

        var error = await Assert.ThrowsAsync<InferenceException>(() => harness.AskAsync("alone", 60));

        Assert.Contains("Rows at step 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_WhileTheModelIsOpenedAgain_WaitsAndIsAnswered()
    {
        var gate = new TaskCompletionSource();
        var moving = new TaskCompletionSource();
        var failover = new FakeFailover(Failing(5), new FakeDecoder(s_options))
        {
            BeforeMove = _ =>
            {
                moving.SetResult();
                return gate.Task;
            },
        };
        using var harness = new EngineHarness(s_options, failover: failover);
        var first = harness.AskAsync("first", 40);
        await moving.Task;

        var second = harness.AskAsync("second", 40);
        using var source = new CancellationTokenSource();
        var cancelled = harness.Engine.Submit(EngineHarness.Request("cancelled", 40), source.Token);
        await source.CancelAsync();
        var disposed = harness.Engine.Submit(EngineHarness.Request("disposed", 40), default);
        await disposed.DisposeAsync();
        // Both end although nothing is computed.
        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => EngineHarness.ReadAsync(cancelled));
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        for (
            var i = 0;
            harness.Engine.Statistics is not { ActiveRequests: 0, PausedRequests: 1, QueuedRequests: 1 };
            i++
        )
        {
            Assert.True(i < 2000, $"{harness.Engine.Statistics}");
            await Task.Delay(5);
        }

        gate.SetResult();

        Assert.Equal(harness.Expected("first", 40), await first);
        Assert.Equal(harness.Expected("second", 40), await second);
    }

    [Fact]
    public async Task Dispose_WhileTheModelIsOpenedAgain_EndsRepliesAndTheOpening()
    {
        var moving = new TaskCompletionSource();
        var failover = new FakeFailover(Failing(5), new FakeDecoder(s_options))
        {
            BeforeMove = token =>
            {
                moving.SetResult();
                return Task.Delay(Timeout.Infinite, token);
            },
        };
        var harness = new EngineHarness(s_options, failover: failover);
        var reply = harness.AskAsync("stopped", 40);
        await moving.Task;

        await harness.Engine.DisposeAsync();

        await Assert.ThrowsAsync<ModelUnloadedException>(() => reply);
        Assert.Throws<ModelUnloadedException>(() => harness.Engine.Submit(EngineHarness.Request("late"), default));
    }

    [Fact]
    public async Task Resume_NextContextIsShorter_OnlyRepliesThatAreTooLongEnd()
    {
        var next = s_options with { SequenceTokens = 100, SequenceCount = 2, TotalTokens = 200, BatchTokens = 32 };
        var gate = new TaskCompletionSource();
        var moving = new TaskCompletionSource();
        var failover = new FakeFailover(Failing(8), new FakeDecoder(next))
        {
            BeforeMove = _ =>
            {
                moving.SetResult();
                return gate.Task;
            },
        };
        using var harness = new EngineHarness(s_options, failover: failover);
        var longest = new string('l', 98);
        var tooLong = harness.AskAsync(longest, 60);
        var fits = harness.AskAsync("fits", 60);
        await moving.Task;
        var overflow = harness.AskAsync(new string('o', 101), 60);
        gate.SetResult();

        var error = await Assert.ThrowsAsync<InferenceException>(() => tooLong);
        Assert.Contains("holds 100", error.Message, StringComparison.Ordinal);
        Assert.Equal(harness.Expected("fits", 60), await fits);
        var overflown = await Assert.ThrowsAsync<ContextOverflowException>(() => overflow);
        Assert.Equal((101, 100), (overflown.PromptTokens, overflown.ContextTokens));
        Assert.Throws<ContextOverflowException>(() =>
            harness.Engine.Submit(EngineHarness.Request(new string('n', 101)), default)
        );
    }

    [Fact]
    public async Task Resume_ReplyMaySlide_SlidesIntoTheShorterContext()
    {
        var next = s_options with { SequenceTokens = 64 };
        var failover = new FakeFailover(Failing(60), new FakeDecoder(next));
        using var harness = new EngineHarness(s_options, failover: failover);
        var request = EngineHarness.Request("slides", 200) with { SlideKeepingTokens = 4 };

        var (text, _, usage) = await EngineHarness.ReadAsync(harness.Engine.Submit(request, default));

        // As far as it had come, it says what it would have said; and it goes on to its limit.
        Assert.StartsWith(harness.Expected("slides", 59), text, StringComparison.Ordinal);
        Assert.Equal(200, usage.OutputTokens);
        Assert.True(usage.SlidTokens > 0);
    }

    private sealed class CombinatorialFailuresAttribute : Xunit.v3.DataAttribute
    {
        public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
            System.Reflection.MethodInfo testMethod,
            Xunit.Sdk.DisposalTracker disposalTracker
        ) =>
            new([
                .. from failure in Enum.GetValues<FakeFailure>()
                from step in (int[])[1, 2, 3, 12]
                select new TheoryDataRow<FakeFailure, int>(failure, step),
            ]);

        public override bool SupportsDiscoveryEnumeration() => true;
    }
}
