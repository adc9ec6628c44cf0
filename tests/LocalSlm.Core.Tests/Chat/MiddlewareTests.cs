using System.Diagnostics;
using LocalSlm.Scheduling;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace LocalSlm.Tests.Chat;

/// <summary>The client under the middleware of Microsoft.Extensions.AI.</summary>
public sealed class MiddlewareTests
{
    private static readonly ChatMessage[] s_hello = [new(ChatRole.User, "hello")];

    [Fact]
    public async Task UseFunctionInvocation_NoTools_ChangesNothing()
    {
        var model = new FakeChatModel();
        using var client = model.Client.AsBuilder().UseFunctionInvocation().Build();

        var whole = await client.GetResponseAsync(s_hello);
        var streamed = await client.GetStreamingResponseAsync(s_hello, new()).ToChatResponseAsync();

        Assert.Equal(["Hello, world", "Hello, world"], [whole.Text, streamed.Text]);
        Assert.Equal((24L, 24L), (whole.Usage!.InputTokenCount, streamed.Usage!.InputTokenCount));
        Assert.Equal(2, model.Generator.Requests.Count);
    }

    [Fact]
    public async Task UseFunctionInvocation_SecondTurn_SendsTheWholeHistory()
    {
        var model = new FakeChatModel();
        using var client = model.Client.AsBuilder().UseFunctionInvocation().Build();
        var history = new List<ChatMessage>(s_hello);

        history.AddMessages(await client.GetStreamingResponseAsync(history).ToListAsync());
        history.Add(new(ChatRole.User, "more"));
        await client.GetResponseAsync(history);

        Assert.Equal(
            "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\nHello, world<|im_end|>\n"
                + "<|im_start|>user\nmore<|im_end|>\n<|im_start|>assistant\n",
            model.LastPrompt
        );
    }

    [Fact]
    public async Task UseLogging_Trace_SerialisesRequestsAndReplies()
    {
        var log = new RecordingLogger();
        using var client = new FakeChatModel().Client.AsBuilder().UseLogging(log).Build();
        var options = new ChatOptions
        {
            MinP = 0.25f,
            LogitBias = new Dictionary<int, float> { [1] = float.NegativeInfinity },
            PrefillProgress = new Progress<PrefillProgress>(),
            OverflowPolicy = OverflowPolicy.SlideWindow,
        };

        await client.GetResponseAsync(s_hello, options);
        await client.GetStreamingResponseAsync(s_hello, options).ToListAsync();

        Assert.Contains(log.Entries, entry => entry.Contains("min_p", StringComparison.Ordinal));
        Assert.Contains(log.Entries, entry => entry.Contains("Hello", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UseOpenTelemetry_Reply_IsReportedWithModelAndTokens()
    {
        const string Source = "LocalSlm.Tests.Chat.Telemetry";
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var client = new FakeChatModel().Client.AsBuilder().UseOpenTelemetry(sourceName: Source).Build();

        await client.GetStreamingResponseAsync(s_hello, new() { MinP = 0.1f, Seed = 3 }).ToListAsync();

        var activity = Assert.Single(activities);
        Assert.Equal(FakeChatModel.Name, activity.GetTagItem("gen_ai.request.model"));
        Assert.Equal(FakeChatModel.Name, activity.GetTagItem("gen_ai.response.model"));
        Assert.Equal("localslm", activity.GetTagItem("gen_ai.provider.name"));
        Assert.Equal("24", $"{activity.GetTagItem("gen_ai.usage.input_tokens")}");
        Assert.Equal("3", $"{activity.GetTagItem("gen_ai.usage.output_tokens")}");
        Assert.Equal(ActivityStatusCode.Unset, activity.Status);
    }

    [Fact]
    public async Task UseDistributedCache_SameRequest_IsAnsweredOnce()
    {
        var model = new FakeChatModel();
        using var client = model.Client.AsBuilder().UseDistributedCache(NewCache()).Build();
        static ChatOptions Options() => new() { MinP = 0.1f, PrefillProgress = new Progress<PrefillProgress>() };

        var first = await client.GetResponseAsync(s_hello, Options());
        var second = await client.GetResponseAsync(s_hello, Options());
        var other = await client.GetResponseAsync(
            s_hello,
            new() { MinP = 0.2f, PrefillProgress = new Progress<PrefillProgress>() }
        );

        Assert.Equal(2, model.Generator.Requests.Count);
        Assert.Equal([first.Text, first.Text], [second.Text, other.Text]);
        Assert.Equal(first.Usage!.TotalTokenCount, second.Usage!.TotalTokenCount);
        Assert.Equal(first.ResponseId, second.ResponseId);
    }

    [Fact]
    public async Task UseDistributedCache_Stream_KeepsUsageFinishAndReports()
    {
        var model = new FakeChatModel(contextTokens: 100);
        model.Generator.Script = _ => new ScriptedReply([
            new("a", GenerationFinish.None, null),
            new("b", GenerationFinish.Length, null),
        ])
        {
            SlidTokens = 9,
        };
        using var client = model.Client.AsBuilder().UseDistributedCache(NewCache()).Build();
        var options = new ChatOptions { OverflowPolicy = OverflowPolicy.SlideWindow };

        await client.GetStreamingResponseAsync(s_hello, options).ToListAsync();
        var cached = await client.GetStreamingResponseAsync(s_hello, options).ToChatResponseAsync();

        Assert.Single(model.Generator.Requests);
        Assert.Equal(("ab", ChatFinishReason.Length), (cached.Text, cached.FinishReason));
        Assert.Equal(24, cached.Usage!.InputTokenCount);
        Assert.Equal(new OverflowReport(0, 0, 9), cached.OverflowReport);
    }

    [Fact]
    public async Task UseDistributedCache_LogProbabilities_ComeBack()
    {
        var expected = new TokenLogProbabilities(new(65, "A", -0.5f), [new(66, "B", -2.5f)]);
        var model = new FakeChatModel();
        model.Generator.Script = _ => new ScriptedReply([new("A", GenerationFinish.Stop, expected)]);
        using var client = model.Client.AsBuilder().UseDistributedCache(NewCache()).Build();
        var options = new ChatOptions { TopLogProbabilities = 1 };

        await client.GetResponseAsync(s_hello, options);
        var cached = await client.GetResponseAsync(s_hello, options);

        Assert.Single(model.Generator.Requests);
        var read = Assert.Single(cached.LogProbabilities!);
        Assert.Equal(expected.Chosen, read.Chosen);
        Assert.Equal(expected.Top, read.Top);
    }

    [Fact]
    public async Task UseChatReducer_LongHistory_SendsWhatIsLeft()
    {
        var model = new FakeChatModel();
#pragma warning disable MEAI001 // Reducers are experimental in Microsoft.Extensions.AI 10.11.0; users compose them all the same.
        using var client = model.Client.AsBuilder().UseChatReducer(new MessageCountingChatReducer(1)).Build();
#pragma warning restore MEAI001

        await client.GetResponseAsync([
            new(ChatRole.System, "S"),
            new(ChatRole.User, "1"),
            new(ChatRole.Assistant, "2"),
            new(ChatRole.User, "3"),
        ]);

        Assert.Equal(
            "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n3<|im_end|>\n<|im_start|>assistant\n",
            model.LastPrompt
        );
    }

    private static MemoryDistributedCache NewCache() => new(Options.Create(new MemoryDistributedCacheOptions()));
}
