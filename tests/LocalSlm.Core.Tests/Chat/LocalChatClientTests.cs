using LocalSlm.Scheduling;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

public sealed class LocalChatClientTests
{
    private static readonly ChatMessage[] s_hello = [new(ChatRole.User, "hello")];
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task GetStreamingResponse_Updates_CarryWhatMiddlewareNeeds()
    {
        var model = new FakeChatModel(clock: new FixedClock(s_now));
        model.Generator.Script = _ => new ScriptedReply([
            new("Hel", GenerationFinish.None, null),
            new("lo", GenerationFinish.None, null),
            new("", GenerationFinish.Stop, null),
        ])
        {
            CachedTokens = 5,
        };

        var updates = await model.Client.GetStreamingResponseAsync(s_hello).ToListAsync();

        Assert.Equal(3, updates.Count);
        Assert.All(
            updates,
            update =>
            {
                Assert.Equal(ChatRole.Assistant, update.Role);
                Assert.Equal(FakeChatModel.Name, update.ModelId);
                Assert.Equal(s_now, update.CreatedAt);
                Assert.Null(update.ConversationId);
                Assert.Null(update.ContinuationToken);
                Assert.Null(update.AdditionalProperties);
            }
        );
        Assert.Single(updates.Select(update => update.MessageId).Distinct());
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.All(updates, update => Assert.False(string.IsNullOrEmpty(update.MessageId + update.ResponseId)));
        Assert.Equal([null, null, ChatFinishReason.Stop], updates.Select(update => update.FinishReason));
        var usage = Assert.Single(updates.SelectMany(update => update.Contents).OfType<UsageContent>()).Details;
        Assert.Same(usage, Assert.IsType<UsageContent>(Assert.Single(updates[^1].Contents)).Details);
        // "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n", counted by hand.
        Assert.Equal(
            (24L, 3L, 27L, 5L),
            (usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount, usage.CachedInputTokenCount)
        );
    }

    [Fact]
    public async Task GetStreamingResponse_TwoRequests_HaveIdsOfTheirOwn()
    {
        var model = new FakeChatModel();

        var first = await model.Client.GetResponseAsync(s_hello);
        var second = await model.Client.GetResponseAsync(s_hello);

        Assert.NotEqual(first.ResponseId, second.ResponseId);
        Assert.NotEqual(first.Messages[0].MessageId, second.Messages[0].MessageId);
    }

    [Fact]
    public async Task GetResponse_Reply_IsTheStreamCollected()
    {
        var model = new FakeChatModel(clock: new FixedClock(s_now));
        model.Generator.Script = _ => new ScriptedReply([
            new("He", GenerationFinish.None, null),
            new("llo", GenerationFinish.Length, null),
        ])
        {
            CachedTokens = 3,
        };

        var whole = await model.Client.GetResponseAsync(s_hello);
        var streamed = await model.Client.GetStreamingResponseAsync(s_hello).ToChatResponseAsync();

        foreach (var response in new[] { whole, streamed })
        {
            var message = Assert.Single(response.Messages);
            Assert.Equal("Hello", Assert.IsType<TextContent>(Assert.Single(message.Contents)).Text);
            Assert.Equal(ChatRole.Assistant, message.Role);
            Assert.NotNull(message.MessageId);
            Assert.NotNull(response.ResponseId);
            Assert.Null(response.ConversationId);
            Assert.Equal(FakeChatModel.Name, response.ModelId);
            Assert.Equal(s_now, response.CreatedAt);
            Assert.Equal(ChatFinishReason.Length, response.FinishReason);
            Assert.Equal(
                (24L, 2L, 26L, 3L),
                (
                    response.Usage!.InputTokenCount,
                    response.Usage.OutputTokenCount,
                    response.Usage.TotalTokenCount,
                    response.Usage.CachedInputTokenCount
                )
            );
            Assert.Null(message.AdditionalProperties);
        }
    }

    [Fact]
    public async Task GetResponse_EmptyReply_HasNoContentInEitherForm()
    {
        var model = new FakeChatModel();
        model.Generator.Script = _ => ScriptedReply.Of("");

        var whole = await model.Client.GetResponseAsync(s_hello);
        var streamed = await model.Client.GetStreamingResponseAsync(s_hello).ToChatResponseAsync();

        Assert.Empty(Assert.Single(whole.Messages).Contents);
        Assert.Empty(Assert.Single(streamed.Messages).Contents);
        Assert.Equal("", whole.Text);
    }

    [Fact]
    public async Task GetStreamingResponse_OptionsChangedAfterTheCall_DoNotMatter()
    {
        var model = new FakeChatModel();
        var options = new ChatOptions { MaxOutputTokens = 5, StopSequences = ["a"] };
        var messages = new List<ChatMessage>(s_hello);

        var stream = model.Client.GetStreamingResponseAsync(messages, options);
        options.MaxOutputTokens = 6;
        options.StopSequences.Add("b");
        messages.Clear();
        await stream.ToListAsync();

        Assert.Equal(5, model.Generator.Requests[0].MaxOutputTokens);
        Assert.Equal(["a"], model.Generator.Requests[0].StopSequences);
    }

    /// <summary>What SentencePiece puts before every text is no part of a reply, unless the reply goes on with a text.</summary>
    [Fact]
    public async Task GetResponse_VocabularyThatPutsASpaceBeforeTexts_DropsItFromRepliesThatBegin()
    {
        var model = new FakeChatModel();
        await model.Client.GetResponseAsync(s_hello);
        model.Tokenizer.AddsSpaceBeforeText = true;
        await model.Client.GetResponseAsync(s_hello);
        await model.Client.GetResponseAsync([.. s_hello, new(ChatRole.Assistant, "Well")]);
        await model.Client.GetResponseAsync(s_hello, new ChatOptions { RawCompletion = true });

        Assert.Equal([false, true, false, false], model.Generator.Requests.Select(request => request.DropsFirstSpace));
    }

    [Fact]
    public async Task GetStreamingResponse_NotEnumerated_SubmitsNothing_AndEachEnumerationAsksAgain()
    {
        var model = new FakeChatModel();

        var stream = model.Client.GetStreamingResponseAsync(s_hello);
        Assert.Empty(model.Generator.Requests);
        await stream.ToListAsync();
        await stream.ToListAsync();

        Assert.Equal(2, model.Generator.Requests.Count);
        Assert.All(model.Generator.Replies, reply => Assert.Equal(1, reply.DisposeCount));
    }

    [Fact]
    public async Task GetStreamingResponse_ReaderStopsEarly_DisposesTheGeneration()
    {
        var model = new FakeChatModel();
        model.Generator.Script = _ => new ScriptedReply([new("a", GenerationFinish.None, null)]) { Hangs = true };

        await foreach (var update in model.Client.GetStreamingResponseAsync(s_hello))
        {
            Assert.Equal("a", update.Text);
            break;
        }

        Assert.Equal(1, model.Generator.Replies[0].DisposeCount);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task GetStreamingResponse_Cancelled_ThrowsWithTheCallersToken(bool atCall, bool atEnumeration)
    {
        var model = new FakeChatModel();
        model.Generator.Script = _ => new ScriptedReply([new("a", GenerationFinish.None, null)]) { Hangs = true };
        using var call = new CancellationTokenSource();
        using var enumeration = new CancellationTokenSource();
        var cancelled = atEnumeration ? enumeration : call;

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var stream = model
                .Client.GetStreamingResponseAsync(s_hello, null, atCall ? call.Token : default)
                .WithCancellation(atEnumeration ? enumeration.Token : default);
            await foreach (var _ in stream)
            {
                cancelled.Cancel();
            }
        });

        Assert.Equal(cancelled.Token, error.CancellationToken);
        Assert.Equal(1, model.Generator.Replies[0].DisposeCount);
    }

    [Fact]
    public async Task GetStreamingResponse_TwoTokensAndTheCallsIsCancelled_ThrowsWithIt()
    {
        var model = new FakeChatModel();
        model.Generator.Script = _ => new ScriptedReply([new("a", GenerationFinish.None, null)]) { Hangs = true };
        using var call = new CancellationTokenSource();
        using var enumeration = new CancellationTokenSource();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var stream = model.Client.GetStreamingResponseAsync(s_hello, null, call.Token);
            await foreach (var _ in stream.WithCancellation(enumeration.Token))
            {
                call.Cancel();
            }
        });

        Assert.Equal(call.Token, error.CancellationToken);
    }

    [Fact]
    public async Task GetResponse_Cancelled_ThrowsWithTheCallersToken()
    {
        var model = new FakeChatModel();
        model.Generator.Script = _ => new ScriptedReply([]) { Hangs = true };
        using var cancellation = new CancellationTokenSource();

        var running = model.Client.GetResponseAsync(s_hello, null, cancellation.Token);
        cancellation.Cancel();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.Equal(1, model.Generator.Replies[0].DisposeCount);
    }

    [Fact]
    public async Task GetResponse_CancelledBefore_SubmitsNothing()
    {
        var model = new FakeChatModel();
        var token = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            model.Client.GetResponseAsync(s_hello, null, token)
        );
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await model.Client.GetStreamingResponseAsync(s_hello, null, token).ToListAsync()
        );

        Assert.Empty(model.Generator.Requests);
    }

    [Fact]
    public async Task GetStreamingResponse_EngineFails_ThrowsItsErrorAfterTheText()
    {
        var model = new FakeChatModel();
        model.Generator.Script = _ => new ScriptedReply([new("a", GenerationFinish.None, null)])
        {
            Fault = new ModelUnloadedException(FakeChatModel.Name),
        };
        var texts = new List<string>();

        await Assert.ThrowsAsync<ModelUnloadedException>(async () =>
        {
            await foreach (var update in model.Client.GetStreamingResponseAsync(s_hello))
            {
                texts.Add(update.Text);
            }
        });

        Assert.Equal(["a"], texts);
        Assert.Equal(1, model.Generator.Replies[0].DisposeCount);
    }

    [Fact]
    public async Task GetStreamingResponse_EngineJustEnds_IsAnErrorNotAnEnd()
    {
        var model = new FakeChatModel();
        model.Generator.Script = _ => new ScriptedReply([new("a", GenerationFinish.None, null)]);

        await Assert.ThrowsAsync<InferenceException>(async () =>
            await model.Client.GetStreamingResponseAsync(s_hello).ToListAsync()
        );
        await Assert.ThrowsAsync<InferenceException>(() => model.Client.GetResponseAsync(s_hello));
    }

    [Fact]
    public async Task GetResponse_LogProbabilities_AreThereWhenAskedFor()
    {
        TokenLogProbabilities[] expected =
        [
            new(new(65, "A", -0.1f), [new(65, "A", -0.1f), new(66, "B", -2.5f)]),
            new(new(67, "C", -0.2f), []),
        ];
        var model = new FakeChatModel();
        model.Generator.Script = _ => new ScriptedReply([
            new("A", GenerationFinish.None, expected[0]),
            new("C", GenerationFinish.Stop, expected[1]),
        ]);

        var response = await model.Client.GetResponseAsync(s_hello, new() { TopLogProbabilities = 2 });
        var updates = await model
            .Client.GetStreamingResponseAsync(s_hello, new() { TopLogProbabilities = 2 })
            .ToListAsync();

        Assert.Equal(2, model.Generator.Requests[0].TopLogProbabilities);
        Assert.Equal(expected, response.LogProbabilities);
        Assert.Equal(expected, updates.SelectMany(update => update.LogProbabilities!));
    }

    [Fact]
    public async Task GetResponse_NotAskedForLogProbabilities_RequestsNone()
    {
        var model = new FakeChatModel();

        var response = await model.Client.GetResponseAsync(s_hello);

        Assert.Null(model.Generator.Requests[0].TopLogProbabilities);
        Assert.Null(response.LogProbabilities);
    }

    [Fact]
    public async Task GetResponse_PrefillProgress_ReachesTheObserverThroughClones()
    {
        var model = new FakeChatModel();
        var seen = new List<PrefillProgress>();
        var options = new ChatOptions { PrefillProgress = new Observer(seen) };

        await model.Client.GetResponseAsync(s_hello, options.Clone());
        model.Generator.Requests[0].Progress!.Report(new PrefillProgress(1, 2, 3));
        options.PrefillProgress = null;
        await model.Client.GetResponseAsync(s_hello, options);

        Assert.Equal([new PrefillProgress(1, 2, 3)], seen);
        Assert.Null(model.Generator.Requests[1].Progress);
    }

    [Fact]
    public void GetService_KnownTypes_AreGiven()
    {
        var model = new FakeChatModel();
        IChatClient client = model.Client;

        var metadata = client.GetService<ChatClientMetadata>()!;

        Assert.Equal(("localslm", FakeChatModel.Name), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Equal("fake-arch", client.GetService<LoadedModelInfo>()!.Facts.Architecture);
        Assert.Same(model.Client, client.GetService<LocalChatClient>());
        Assert.Same(model.Client, client.GetService<IChatClient>());
        Assert.Same(model.Tokenizer, client.GetService<ITokenizer>());
        Assert.Null(client.GetService<IEmbeddingGenerator>());
        Assert.Null(client.GetService(typeof(ChatClientMetadata), "key"));
        Assert.Throws<ArgumentNullException>(() => client.GetService(null!));
    }

    [Fact]
    public async Task GetService_Statistics_AreOfThisMoment()
    {
        var model = new FakeChatModel();
        IChatClient client = model.Client;
        var before = client.GetService<EngineStatistics>()!.CompletedRequests;

        await client.GetResponseAsync("hello");

        Assert.Equal((0, 1), (before, client.GetService<EngineStatistics>()!.CompletedRequests));
    }

    [Fact]
    public async Task Dispose_SharedModel_ClientGoesOnWorking()
    {
        var model = new FakeChatModel();

        model.Client.Dispose();
        await model.Client.DisposeAsync();

        Assert.Equal("Hello, world", (await model.Client.GetResponseAsync(s_hello)).Text);
    }

    [Fact]
    public async Task GetResponse_ModelIsUnloaded_IsATypedErrorAtTheCall()
    {
        var model = new FakeChatModel();
        model.Tokenizer.IsDisposed = true;

        Assert.Throws<ModelUnloadedException>(() => model.Client.GetStreamingResponseAsync(s_hello));
        Assert.Throws<ModelUnloadedException>(() => model.Client.CountPromptTokens(s_hello));
        var error = await Assert.ThrowsAsync<ModelUnloadedException>(() => model.Client.GetResponseAsync(s_hello));
        Assert.Equal(FakeChatModel.Name, error.Model);
    }

    [Fact]
    public async Task GetStreamingResponse_ConcurrentCalls_StayApart()
    {
        var model = new FakeChatModel();
        model.Generator.Script = request => ScriptedReply.Of(model.Tokenizer.Spell(request.Prompt)[17..20], "!");

        var replies = await Task.WhenAll(
            Enumerable
                .Range(100, 64)
                .Select(async number => (number, (await model.Client.GetResponseAsync($"{number}")).Text))
        );

        Assert.All(replies, reply => Assert.Equal($"{reply.number}!", reply.Text));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetResponse_NextTurn_GivesTheReplyBackInTheTokensItWasMadeOf(bool streams)
    {
        // The tokenizer would write "t", "h", "e". A stop sequence stands behind the text.
        const string Reply = "the";
        var model = new FakeChatModel(remembers: true);
        model.Generator.Script = _ => new ScriptedReply([new(Reply, GenerationFinish.Stop, null)])
        {
            OutputTokens = [CharacterTokenizer.Th, 'e', 'E', 'N', 'D'],
        };

        if (streams)
        {
            await model.Client.GetStreamingResponseAsync(s_hello).ToListAsync();
        }
        else
        {
            await model.Client.GetResponseAsync(s_hello);
        }

        var encoded = model.Tokenizer.EncodeCount;
        await model.Client.GetResponseAsync([.. s_hello, new(ChatRole.Assistant, Reply), new(ChatRole.User, "more")]);

        var (first, second) = (model.Generator.Requests[0].Prompt, model.Generator.Requests[1].Prompt);
        Assert.Equal([.. first, CharacterTokenizer.Th, 'e'], second[..(first.Length + 2)]);
        Assert.True(model.Tokenizer.IsEndOfGeneration(second[first.Length + 2]));
        Assert.DoesNotContain("END", model.LastPrompt, StringComparison.Ordinal);
        Assert.Equal(encoded + 1, model.Tokenizer.EncodeCount);
    }

    [Fact]
    public async Task GetStreamingResponse_ManyUpdates_AllocatesAtMost400BytesEach()
    {
        const int Count = 4000;
        var model = new FakeChatModel();
        var pieces = Enumerable.Repeat(new GenerationUpdate(" tok", GenerationFinish.None, null), Count).ToList();
        pieces.Add(new("", GenerationFinish.Stop, null));
        model.Generator.Script = _ => new ScriptedReply(pieces);

        var least = long.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            // Every wait of the scripted reply ends at once, so that all of it runs on this thread.
            var before = GC.GetAllocatedBytesForCurrentThread();
            await foreach (var update in model.Client.GetStreamingResponseAsync(s_hello))
            {
                _ = update.Contents.Count;
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least / (double)Count, 1, 400);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class Observer(List<PrefillProgress> seen) : IProgress<PrefillProgress>
    {
        public void Report(PrefillProgress value) => seen.Add(value);
    }
}
