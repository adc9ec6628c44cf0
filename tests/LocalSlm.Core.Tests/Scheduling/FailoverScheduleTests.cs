using System.Diagnostics;
using System.Text;
using CsCheck;
using LocalSlm.Constraints;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Shaping;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using LocalSlm.Testing;
using LocalSlm.Tests.Constraints;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Scheduling;

/// <summary>Random schedules of requests, cancellations, slow readers and failing devices, one step at a time: every reply must be what
/// it is when it is alone on a device that never fails.</summary>
public sealed class FailoverScheduleTests : IDisposable
{
    private const int ContextTokens = 160;
    private const int MostSteps = 20_000;

    private static readonly GrammarNode s_record = JsonGrammar.Record(
        ("first", JsonGrammar.String(3, 12)),
        ("second", JsonGrammar.ByteOf("123"))
    );

    private static readonly FakeDecoderOptions[] s_kinds =
    [
        new() { SequenceTokens = ContextTokens, TotalTokens = 1024 },
        new()
        {
            SequenceTokens = ContextTokens,
            TotalTokens = 1024,
            Sharing = PrefixSharing.Copied,
            Mixes = false,
        },
        new()
        {
            SequenceTokens = ContextTokens,
            TotalTokens = 1024,
            CutBack = CutBackSupport.Never,
            Sharing = PrefixSharing.None,
        },
        new()
        {
            SequenceTokens = ContextTokens,
            TotalTokens = 200,
            SequenceCount = 3,
            BatchTokens = 16,
        },
        new()
        {
            SequenceTokens = ContextTokens,
            TotalTokens = ContextTokens,
            SequenceCount = 1,
            BatchTokens = 32,
        },
        new()
        {
            SequenceTokens = ContextTokens,
            TotalTokens = 400,
            CutBack = CutBackSupport.Sometimes,
            Sharing = PrefixSharing.Copied,
        },
    ];

    private static readonly Gen<Device> s_device = Gen.Select(
        Gen.Int[0, s_kinds.Length - 1],
        Gen.Int[1, 40],
        Gen.Enum<FakeFailure>(),
        Gen.Int[0, 3],
        static (kind, step, failure, rest) => new Device(kind, step, failure, rest)
    );

    private static readonly Gen<Request> s_request = Gen.Select(
        Gen.Int[0, 40],
        Gen.Int[0, 5],
        Gen.Int[1, 90],
        Gen.Int[0, 4],
        Gen.Int[0, 7],
        Gen.Int[-60, 60],
        static (arrival, prompt, tokens, kind, readEvery, cancel) =>
            new Request(arrival, prompt, tokens, (Kind)kind, Math.Max(1, readEvery), cancel)
    );

    private static readonly Gen<(Device[] Devices, Request[] Requests)> s_schedule = Gen.Select(
        s_device.Array[1, 4],
        s_request.Array[1, 7]
    );

    private readonly GrammarLibrary _grammars = new(new FakeTokenizer(), FakeLanguage.VocabularySize);
    private readonly Dictionary<(int, int, Kind), Outcome> _alone = [];

    private enum Kind
    {
        Greedy,
        Seeded,
        Grammar,
        Stops,
        Slides,
    }

    public void Dispose() => _grammars.Dispose();

    [Fact]
    public void Step_DevicesFailAtRandom_EveryReplyIsWhatItIsAlone() =>
        s_schedule.Sample(schedule => Run(schedule.Devices, schedule.Requests), iter: 600, threads: 1);

    [Fact]
    public void Step_GreedyAlone_IsWhatTheModelSays()
    {
        for (var prompt = 0; prompt <= 5; prompt++)
        {
            var text = Alone(new Request(0, prompt, 50, Kind.Greedy, 1, -1)).Text;
            Assert.Equal(FakeLanguage.Continue(EngineHarness.Tokens(Prompt(prompt)), 50, 60), text);
        }
    }

    private void Run(Device[] devices, Request[] requests)
    {
        // The last one never fails.
        var decoders = devices
            .Select(static device => new FakeDecoder(s_kinds[device.Kind])
            {
                FailsAtStep = device.FailsAtStep,
                Failure = device.Failure,
            })
            .Append(new FakeDecoder(s_kinds[0]))
            .ToArray();
        using var scheduler = Create(decoders[0]);
        var readers = requests.Select(request => new Reader(request, Start(request))).ToArray();
        var current = 0;
        for (var step = 0; readers.Any(static reader => !reader.IsOver); step++)
        {
            Assert.True(step < MostSteps, "The schedule does not come to an end.");
            foreach (var reader in readers)
            {
                Arrive(scheduler, reader, step);
            }

            scheduler.Step(CancellationToken.None);
            if (decoders[current].DeviceFailure is not null)
            {
                scheduler.Suspend();
                for (var rest = 0; rest < devices[current].Rest; rest++)
                {
                    step++;
                    foreach (var reader in readers)
                    {
                        Arrive(scheduler, reader, step);
                    }

                    scheduler.Rest();
                }

                scheduler.Resume(decoders[++current], new ActivityEvent("moved"));
            }
        }

        foreach (var reader in readers)
        {
            reader.Check(Alone(reader.Request));
        }

        scheduler.Step(CancellationToken.None);
        Assert.All(decoders, static decoder => Assert.Equal(0, decoder.Overruns));
    }

    private static void Arrive(ReplyScheduler scheduler, Reader reader, int step)
    {
        if (step == reader.Request.Arrival)
        {
            scheduler.Enqueue(reader.Reply);
        }

        if (step >= reader.Request.Arrival && step == reader.Request.CancelAt)
        {
            reader.Cancel();
        }

        if (step % reader.Request.ReadEvery == 0)
        {
            reader.Read();
        }
    }

    private Outcome Alone(Request request)
    {
        var key = (request.Prompt, request.Tokens, request.Kind);
        if (!_alone.TryGetValue(key, out var outcome))
        {
            using var scheduler = Create(new FakeDecoder(s_kinds[0]));
            var reader = new Reader(request with { Arrival = 0, CancelAt = -1 }, Start(request));
            scheduler.Enqueue(reader.Reply);
            for (var step = 0; !reader.IsOver; step++)
            {
                Assert.True(step < MostSteps);
                scheduler.Step(CancellationToken.None);
                reader.Read();
            }

            _alone[key] = outcome = reader.Outcome;
        }

        return outcome;
    }

    private static ReplyScheduler Create(ITokenDecoder decoder) =>
        new(
            new EngineSettings
            {
                ModelName = "fake",
                MaxConcurrentReplies = 4,
                PrefillChunkTokens = 12,
                ReplyBufferUpdates = 4,
                StalledReaderTimeout = TimeSpan.Zero,
            },
            decoder,
            new FakeTokenizer(),
            new EngineCounters(),
            TimeProvider.System,
            NullLogger.Instance,
            telemetry: null,
            failsOver: true
        );

    private LiveReply Start(Request request)
    {
        var prompt = Prompt(request.Prompt);
        var generation = EngineHarness.Request(prompt, request.Tokens);
        generation = request.Kind switch
        {
            Kind.Seeded => generation with
            {
                Sampling = new SamplingSettings
                {
                    Temperature = 1.2f,
                    TopP = 0.95f,
                    RepetitionPenalty = 1.1f,
                    Seed = 7,
                },
            },
            Kind.Grammar => generation with
            {
                Shape = new ReplyShape
                {
                    Phases = [new GrammarPhase { Grammar = new GrammarSource("record", static () => s_record) }],
                },
            },
            Kind.Stops => generation with { StopSequences = ["qu", "ab", "zz"] },
            Kind.Slides => generation with { SlideKeepingTokens = 8, MaxOutputTokens = request.Tokens + ContextTokens },
            _ => generation,
        };
        var prepared = generation.Shape is { } shape ? _grammars.Prepare(shape, static () => { }) : null;
        SpinWait.SpinUntil(() => prepared is not { IsReady: false });
        return new LiveReply(
            generation,
            Interlocked.Increment(ref _orders),
            FakeLanguage.VocabularySize,
            4,
            1,
            static () => { },
            static _ => { }
        )
        {
            Prepared = prepared,
        };
    }

    private long _orders;

    private static string Prompt(int number) =>
        number < 3 ? $"short {number} " : "a common beginning that is long enough to be shared among them, " + number;

    /// <summary>A device of a schedule.</summary>
    /// <param name="Rest">For how many steps nothing is computed while the next one is opened.</param>
    private sealed record Device(int Kind, int FailsAtStep, FakeFailure Failure, int Rest);

    private sealed record Request(int Arrival, int Prompt, int Tokens, Kind Kind, int ReadEvery, int CancelAt);

    private sealed record Outcome(string Text, GenerationFinish Finish, int PromptTokens, int OutputTokens, int Told);

    private sealed class Reader(Request request, LiveReply reply)
    {
        private readonly StringBuilder _text = new();
        private GenerationFinish _finish;
        private int _told;

        public Request Request => request;

        public LiveReply Reply => reply;

        public bool IsOver => _finish != GenerationFinish.None || reply.Error is not null;

        public Outcome Outcome =>
            new(_text.ToString(), _finish, reply.Usage.PromptTokens, reply.Usage.OutputTokens, _told);

        public void Cancel() => reply.End(new OperationCanceledException());

        public void Read()
        {
            while (reply.TryRead(out var update))
            {
                Assert.Equal(GenerationFinish.None, _finish);
                _text.Append(update.Text);
                _told += update.TokenCount;
                _finish = update.Finish;
            }
        }

        public void Check(Outcome expected)
        {
            if (reply.Error is not null)
            {
                Assert.IsType<OperationCanceledException>(reply.Error);
                Assert.StartsWith(_text.ToString(), expected.Text, StringComparison.Ordinal);
                return;
            }

            Assert.Equal(expected, Outcome);
        }
    }
}
