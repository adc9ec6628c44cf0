using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LocalSlm.Testing;

/// <summary>What every runtime's decoder must do, whatever the model: a test class per runtime and kind of model derives from
/// this one. Capabilities that a model lacks are asked for, and must then be refused honestly.</summary>
/// <remarks>The same tokens fed in other pieces may move logits a little on real runtimes, never more than
/// <see cref="Tolerance"/>.</remarks>
public abstract class DecoderConformance
{
    /// <summary>Gets how far logits may differ between two ways of feeding the same tokens.</summary>
    protected abstract float Tolerance { get; }

    /// <summary>Opens the model, with room for at least 4 sequences of 256 tokens and batches of at least 64.</summary>
    protected abstract IRuntimeModel Open();

    [Fact]
    public void Capabilities_Always_AreWhole()
    {
        using var model = Open();
        var can = model.Decoder.Capabilities;
        Assert.True(can.SequenceCount >= 4);
        Assert.True(can.SequenceTokens >= 256);
        Assert.True(can.TotalTokens >= can.SequenceTokens);
        Assert.True(can.BatchTokens >= 64);
        Assert.True(can.VocabularySize > 0);
        Assert.InRange(model.Tokenizer.VocabularySize, 1, can.VocabularySize);
    }

    [Fact]
    public void Decode_PromptInPieces_GivesTheLogitsOfTheWhole()
    {
        using var model = Open();
        var prompt = Prompt(model, 48);
        var whole = Feed(model.Decoder, 0, 0, prompt);
        Feed(model.Decoder, 1, 0, prompt[..20]);
        Feed(model.Decoder, 1, 20, prompt[20..21]);
        AssertClose(whole, Feed(model.Decoder, 1, 21, prompt[21..]));
    }

    [Fact]
    public void Decode_SequencesSideBySide_DoNotMix()
    {
        using var model = Open();
        int[][] prompts = [Prompt(model, 30), Prompt(model, 30, 7), Prompt(model, 12, 11)];
        var alone = prompts.Select((prompt, i) => Feed(model.Decoder, i, 0, prompt)).ToArray();
        for (var i = 0; i < prompts.Length; i++)
        {
            model.Decoder.CutBack(i, 0);
        }

        if (!model.Decoder.Capabilities.MixesPrefillAndDecode)
        {
            return;
        }

        var batch = new DecodeBatch(256, 4);
        for (var i = 0; i < prompts.Length; i++)
        {
            batch.Add(i, 0, prompts[i], 1);
        }

        Run(model.Decoder, batch);
        for (var i = 0; i < prompts.Length; i++)
        {
            AssertClose(alone[i], model.Decoder.GetLogits(batch.Rows[i].FirstOutput).ToArray());
        }
    }

    [Fact]
    public void Decode_SeveralOutputsOfARow_AreNumberedInOrder()
    {
        using var model = Open();
        var prompt = Prompt(model, 10);
        var batch = new DecodeBatch(64, 2);
        batch.Add(0, 0, prompt, 3);
        Run(model.Decoder, batch);
        var last = model.Decoder.GetLogits(2).ToArray();
        var third = model.Decoder.GetLogits(0).ToArray();
        AssertClose(last, Feed(model.Decoder, 1, 0, prompt));
        AssertClose(third, Feed(model.Decoder, 2, 0, prompt[..8]));
    }

    [Fact]
    public void CutBack_ToWhatIsKeepable_GoesOnAsIfNothingElseHadBeen()
    {
        using var model = Open();
        var prompt = Prompt(model, 40);
        var expected = Feed(model.Decoder, 0, 0, prompt);
        Feed(model.Decoder, 1, 0, prompt[..32]);
        Feed(model.Decoder, 1, 32, Prompt(model, 16, 5));
        var keep = model.Decoder.GetKeepable(1, 32);
        Assert.InRange(keep, 0, 32);
        switch (model.Decoder.Capabilities.CutBack)
        {
            case CutBackSupport.Anywhere:
                Assert.Equal(32, keep);
                break;
            case CutBackSupport.Never:
                Assert.Equal(0, keep);
                break;
        }

        Assert.Equal(48, model.Decoder.GetKeepable(1, 48));
        model.Decoder.CutBack(1, keep);
        AssertClose(expected, Feed(model.Decoder, 1, keep, prompt[keep..]));
    }

    [Fact]
    public void TryCopyPrefix_OfASequence_GivesItsStart()
    {
        using var model = Open();
        var prompt = Prompt(model, 40);
        var expected = Feed(model.Decoder, 0, 0, prompt);
        Feed(model.Decoder, 1, 0, prompt[..24]);
        foreach (var (source, count) in ((int, int)[])[(0, 24), (1, 24)])
        {
            var copied = model.Decoder.TryCopyPrefix(source, 2, count);
            if (model.Decoder.Capabilities.PrefixSharing == PrefixSharing.None)
            {
                Assert.False(copied);
            }

            var held = copied ? count : 0;
            AssertClose(expected, Feed(model.Decoder, 2, held, prompt[held..]));
            model.Decoder.CutBack(2, 0);
        }

        // What the copy was taken from is whole still.
        AssertClose(Feed(model.Decoder, 3, 0, [.. prompt, prompt[0]]), Feed(model.Decoder, 0, 40, prompt[..1]));
    }

    [Fact]
    public void TryRestore_OfASavedSequence_GoesOnFromThere()
    {
        using var model = Open();
        var prompt = Prompt(model, 40);
        Feed(model.Decoder, 0, 0, prompt[..30]);
        var state = model.Decoder.Save(0);
        var expected = Feed(model.Decoder, 0, 30, prompt[30..]);
        Assert.True(model.Decoder.TryRestore(1, state));
        AssertClose(expected, Feed(model.Decoder, 1, 30, prompt[30..]));
    }

    [Fact]
    public void Decode_CancelledBefore_LeavesTheSequenceAsItWas()
    {
        using var model = Open();
        var prompt = Prompt(model, 40);
        var expected = Feed(model.Decoder, 0, 0, prompt);
        Feed(model.Decoder, 1, 0, prompt[..20]);
        var batch = new DecodeBatch(64, 1);
        batch.Add(1, 20, prompt[20..], 1);
        model.Decoder.Decode(batch, new CancellationToken(canceled: true));
        if (batch.Statuses[0] == DecodeStatus.Done)
        {
            model.Decoder.CutBack(1, 0);
            AssertClose(expected, Feed(model.Decoder, 1, 0, prompt));
            return;
        }

        Assert.Equal(DecodeStatus.Cancelled, batch.Statuses[0]);
        var keep = model.Decoder.GetKeepable(1, 20);
        model.Decoder.CutBack(1, keep);
        AssertClose(expected, Feed(model.Decoder, 1, keep, prompt[keep..]));
    }

    [Fact]
    public async Task Engine_ManyConversationsOverTheDecoder_EndAndFreeTheirSequences()
    {
        using var model = Open();
        using var engine = new InferenceEngine(
            new EngineSettings
            {
                ModelName = "conformance",
                MaxConcurrentReplies = 3,
                PrefillChunkTokens = 16,
            },
            model.Decoder,
            model.Tokenizer,
            TimeProvider.System,
            NullLogger.Instance
        );
        var replies = Enumerable
            .Range(0, 8)
            .Select(i =>
                engine.Submit(
                    new GenerationRequest
                    {
                        Prompt = [.. Prompt(model, 24), .. Prompt(model, 10, i + 3)],
                        Sampling = new SamplingSettings(),
                        MaxOutputTokens = 12,
                    },
                    CancellationToken.None
                )
            )
            .ToArray();
        foreach (var reply in replies)
        {
            await using (reply)
            {
                var finish = GenerationFinish.None;
                while (await reply.WaitToReadAsync())
                {
                    while (reply.TryRead(out var update))
                    {
                        finish = update.Finish;
                    }
                }

                Assert.NotEqual(GenerationFinish.None, finish);
                Assert.InRange(reply.OutputTokens.Count, 0, 12);
            }
        }

        // The last update reaches its reader before the owner thread has cleared up behind it.
        while (engine.Statistics is { ActiveRequests: > 0 } or { CompletedRequests: < 8 })
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Equal(8, engine.Statistics.CompletedRequests);
    }

    /// <summary>Tokens that are no control tokens, the same for the same numbers.</summary>
    protected static int[] Prompt(IRuntimeModel model, int count, int seed = 1)
    {
        var tokens = new List<int>();
        var random = new Random(seed);
        while (tokens.Count < count)
        {
            var token = random.Next(model.Tokenizer.VocabularySize);
            if (!model.Tokenizer.IsControl(token) && !model.Tokenizer.IsEndOfGeneration(token))
            {
                tokens.Add(token);
            }
        }

        return [.. tokens];
    }

    private static float[] Feed(ITokenDecoder decoder, int sequence, int start, int[] tokens)
    {
        var batch = new DecodeBatch(Math.Max(64, tokens.Length), 1);
        batch.Add(sequence, start, tokens, 1);
        Run(decoder, batch);
        return decoder.GetLogits(0).ToArray();
    }

    private static void Run(ITokenDecoder decoder, DecodeBatch batch)
    {
        decoder.Decode(batch, CancellationToken.None);
        Assert.All(batch.Statuses.ToArray(), static status => Assert.Equal(DecodeStatus.Done, status));
    }

    private void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0f;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        Assert.True(worst <= Tolerance, $"Logits differ by {worst}; {Tolerance} is allowed.");
    }
}
