using LocalSlm.Testing;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>Cancelling on a real model: at once, with the caller's token, and without a trace in the engine.</summary>
[Collection("native")]
public sealed class CancellationTests(MiniMindFixture minimind) : IClassFixture<MiniMindFixture>
{
    [Fact]
    public async Task GetResponse_CancelledDuringPrefill_EndsWithTheCallersTokenAndFreesTheSequence()
    {
        using var cancellation = new CancellationTokenSource();
        var seen = new List<PrefillProgress>();
        var options = new ChatOptions
        {
            UsePrefixCache = false,
            PrefillProgress = new Observer(progress =>
            {
                seen.Add(progress);
                if (progress.ComputedTokens > 0)
                {
                    cancellation.Cancel();
                }
            }),
        };
        var prompt = string.Concat(Enumerable.Range(0, 400).Select(number => $"number {number} "));
        var before = await minimind.RestAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            minimind.Client.GetResponseAsync(prompt, options, cancellation.Token)
        );

        Assert.Equal(cancellation.Token, error.CancellationToken);
        var after = await minimind.RestAsync();
        Assert.Equal(before.CompletedRequests + 1, after.CompletedRequests);
        Assert.Equal(before.OutputTokens, after.OutputTokens);
        Assert.True(seen[^1].ComputedTokens < seen[^1].PromptTokens, $"The whole prompt was computed: {seen[^1]}");
        await minimind.AssertWellAsync();
    }

    [Fact]
    public async Task GetStreamingResponse_CancelledDuringDecode_ThrowsRatherThanEnds()
    {
        using var cancellation = new CancellationTokenSource();
        var received = 0;
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var options = new ChatOptions { MaxOutputTokens = 1000, LogitBias = NoEnd() };
            await foreach (
                var _ in minimind.Client.GetStreamingResponseAsync("Tell a story.", options, cancellation.Token)
            )
            {
                if (++received == 3)
                {
                    await cancellation.CancelAsync();
                }
            }
        });

        Assert.Equal(cancellation.Token, error.CancellationToken);
        await minimind.RestAsync();
        await minimind.AssertWellAsync();
    }

    [Fact]
    public async Task GetStreamingResponse_FiftyAtOnceWithRandomEnds_LeavesTheEngineAtRest()
    {
        var random = new Random(17);
        var before = await minimind.RestAsync();
        var plans = Enumerable
            .Range(0, 50)
            .Select(number => (number, Kind: random.Next(4), After: random.Next(1, 12)))
            .ToArray();

        var ends = await Task.WhenAll(plans.Select(plan => RunAsync(plan.number, plan.Kind, plan.After)));

        Assert.All(ends.Zip(plans), pair => Assert.Equal(pair.Second.Kind == 3 ? "stopped" : "read", pair.First));
        var after = await minimind.RestAsync();
        Assert.Equal(before.CompletedRequests + 50, after.CompletedRequests);
        // What is kept is kept for reuse alone, within the bounds of the options.
        Assert.InRange(after.CachedConversations, 0, 8);
        Assert.InRange(after.CacheTokensUsed, 0, after.CacheTokensTotal);
        await minimind.AssertWellAsync();
    }

    /// <summary>Reads a reply: to its end, up to a few updates, or until it cancels itself (kind 3).</summary>
    private async Task<string> RunAsync(int number, int kind, int after)
    {
        using var cancellation = new CancellationTokenSource();
        var options = new ChatOptions
        {
            MaxOutputTokens = 12,
            Seed = number,
            LogitBias = NoEnd(),
        };
        var received = 0;
        try
        {
            await foreach (
                var _ in minimind.Client.GetStreamingResponseAsync(
                    $"Question {number}: why?",
                    options,
                    cancellation.Token
                )
            )
            {
                if (++received < after)
                {
                    continue;
                }

                if (kind == 2)
                {
                    break;
                }

                if (kind == 3)
                {
                    await cancellation.CancelAsync();
                    kind = 4;
                }
            }
        }
        catch (OperationCanceledException error) when (error.CancellationToken == cancellation.Token)
        {
            return "stopped";
        }

        // The last updates may have been there already when it was cancelled.
        return kind == 4 ? "stopped" : "read";
    }

    private Dictionary<int, float> NoEnd() =>
        minimind.Model.Tokenizer.EndOfGenerationTokens.ToDictionary(token => token, _ => float.NegativeInfinity);

    private sealed class Observer(Action<PrefillProgress> then) : IProgress<PrefillProgress>
    {
        public void Report(PrefillProgress value) => then(value);
    }
}
