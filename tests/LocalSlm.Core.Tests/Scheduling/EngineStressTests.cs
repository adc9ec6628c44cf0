using LocalSlm.Scheduling;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Scheduling;

/// <summary>Many random conversations at once, over every kind of decoder: each reply must be what the model says alone.</summary>
public class EngineStressTests
{
    public static TheoryData<FakeDecoderOptions> Decoders =>
        [
            new FakeDecoderOptions(),
            new FakeDecoderOptions { Sharing = PrefixSharing.Copied },
            new FakeDecoderOptions { Sharing = PrefixSharing.None },
            new FakeDecoderOptions { Mixes = false, Sharing = PrefixSharing.Copied },
            new FakeDecoderOptions { CutBack = CutBackSupport.Never, Sharing = PrefixSharing.Copied },
            new FakeDecoderOptions { CutBack = CutBackSupport.Sometimes, Sharing = PrefixSharing.None },
            new FakeDecoderOptions { TotalTokens = 600, SequenceTokens = 512 },
            new FakeDecoderOptions
            {
                TotalTokens = 520,
                SequenceTokens = 512,
                SequenceCount = 4,
                BatchTokens = 32,
            },
            new FakeDecoderOptions
            {
                SequenceCount = 1,
                SequenceTokens = 512,
                TotalTokens = 512,
            },
        ];

    [Theory]
    [MemberData(nameof(Decoders))]
    public async Task Submit_ManyRandomConversations_EachIsWhatTheModelSaysAlone(FakeDecoderOptions options)
    {
        var settings = new EngineSettings
        {
            ModelName = "fake",
            MaxConcurrentReplies = Math.Min(5, options.SequenceCount),
            ReplyBufferUpdates = 16,
            PrefillChunkTokens = 24,
            StalledReaderTimeout = TimeSpan.FromMilliseconds(5),
        };
        using var harness = new EngineHarness(options, settings);
        var users = Enumerable.Range(0, 12).Select(user => TalkAsync(harness, new Random(user + 17), user % 3));
        await Task.WhenAll(users);
        await harness.SettleAsync();

        // The owner thread has ended: nothing changes any more between one figure and the other.
        harness.Engine.Dispose();
        Assert.Equal(0, harness.Decoder.Overruns);
        var statistics = harness.Engine.Statistics;
        Assert.Equal(harness.Decoder.UsedTokens, statistics.CacheTokensUsed);
    }

    private static async Task TalkAsync(EngineHarness harness, Random random, int system)
    {
        var talk = $"system {system}: " + new string((char)('a' + system), 60);
        for (var turn = 0; turn < 12; turn++)
        {
            talk += $" user{random.Next(100)}: " + new string('u', random.Next(1, 40)) + " bot: ";
            if (talk.Length > 380)
            {
                talk = $"system {system}: " + new string((char)('a' + system), 60) + " again: ";
            }

            var limit = random.Next(1, 90);
            var request = EngineHarness.Request(talk, limit) with { UsePrefixCache = random.Next(8) != 0 };
            using var source = new CancellationTokenSource();
            var reply = harness.Engine.Submit(request, source.Token);
            switch (random.Next(6))
            {
                case 0:
                    source.CancelAfter(random.Next(3));
                    try
                    {
                        await EngineHarness.ReadAsync(reply);
                    }
                    catch (OperationCanceledException error)
                    {
                        Assert.Equal(source.Token, error.CancellationToken);
                    }

                    break;
                case 1:
                    // Reads a little, forgets it for a while, then gives up.
                    await reply.WaitToReadAsync();
                    await Task.Delay(random.Next(12));
                    await reply.DisposeAsync();
                    break;
                case 2:
                    await Task.Delay(random.Next(15));
                    goto default;
                default:
                    var expected = harness.Expected(talk, limit);
                    var text = (await EngineHarness.ReadAsync(reply)).Text;
                    Assert.Equal(expected, text);
                    talk += text;
                    break;
            }
        }
    }
}
