using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Scheduling;

public class ReplySchedulerAllocationTests
{
    [Fact]
    public void Step_WarmReplies_AllocateNothingPerToken()
    {
        var scheduler = new ReplyScheduler(
            new EngineSettings { ModelName = "fake" },
            new CountingDecoder(),
            new FakeTokenizer(),
            new EngineCounters(),
            TimeProvider.System,
            NullLogger.Instance,
            telemetry: null
        );
        var replies = Enumerable.Range(0, 3).Select(i => Enqueue(scheduler, i)).ToArray();
        // Lists of tokens double now and then; between two doublings nothing is allocated.
        Run(scheduler, replies, 1400);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(scheduler, replies, 500);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(replies, static reply => Assert.Equal(1900, reply.OutputTokens.Count));
    }

    private static LiveReply Enqueue(ReplyScheduler scheduler, int order)
    {
        var request = new GenerationRequest
        {
            Prompt = [order + 1],
            Sampling = new SamplingSettings
            {
                Temperature = 0.8f,
                TopP = 0.9f,
                Seed = 5,
            },
        };
        var reply = new LiveReply(
            request,
            order,
            FakeLanguage.VocabularySize,
            256,
            1,
            static () => { },
            static _ => { }
        );
        scheduler.Enqueue(reply);
        return reply;
    }

    private static void Run(ReplyScheduler scheduler, LiveReply[] replies, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            scheduler.Step(CancellationToken.None);
            foreach (var reply in replies)
            {
                while (reply.TryRead(out _)) { }
            }
        }
    }

    /// <summary>Letters for ever, without allocating: what is measured is the engine alone.</summary>
    private sealed class CountingDecoder : ITokenDecoder
    {
        private readonly float[] _logits = new float[FakeLanguage.VocabularySize];
        private int _steps;

        public DecoderCapabilities Capabilities { get; } =
            new()
            {
                VocabularySize = FakeLanguage.VocabularySize,
                SequenceCount = 4,
                SequenceTokens = 4096,
                TotalTokens = 16384,
                BatchTokens = 64,
            };

        public void Decode(DecodeBatch batch, CancellationToken cancellationToken)
        {
            _steps++;
            batch.Statuses.Fill(DecodeStatus.Done);
        }

        public Span<float> GetLogits(int output)
        {
            Array.Fill(_logits, -20);
            _logits['a' + ((_steps + output) % 26)] = 5;
            _logits['b' + (_steps % 20)] = 4;
            return _logits;
        }

        public int GetKeepable(int sequence, int tokenCount) => tokenCount;

        public void CutBack(int sequence, int tokenCount) { }

        public bool TryCopyPrefix(int source, int target, int tokenCount) => false;

        public byte[] Save(int sequence) => [];

        public bool TryRestore(int sequence, ReadOnlySpan<byte> state) => false;
    }
}
