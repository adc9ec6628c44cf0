using System.Text;
using LocalSlm.Constraints;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using LocalSlm.Testing;
using LocalSlm.Tests.Constraints;

namespace LocalSlm.Tests.Scheduling;

public sealed class ConstrainedReplyTests
{
    // The fake model says letters alone: strings of them, between texts that are forced.
    private static readonly GrammarNode s_record = JsonGrammar.Record(
        ("first", JsonGrammar.String(3, 12)),
        ("second", JsonGrammar.ByteOf("123")),
        ("third", GrammarNode.Choice(GrammarNode.Text("\"yes\""), GrammarNode.Text("\"no\"")))
    );

    private static ReplyShape Shape(GrammarNode grammar, string key = "record") =>
        new() { Phases = [new GrammarPhase { Grammar = new GrammarSource(key, () => grammar) }] };

    private static GenerationRequest Request(string prompt, ReplyShape shape, int maxTokens = int.MaxValue) =>
        EngineHarness.Request(prompt, maxTokens) with
        {
            Shape = shape,
        };

    /// <summary>What the fake model says greedily among the bytes that a matcher allows; the end counts as complete.</summary>
    private static string Expected(string prompt, GrammarNode grammar, int maxTokens = int.MaxValue, int endEvery = 60)
    {
        var matcher = new GrammarMatcher(CompiledGrammar.Compile(grammar));
        var hash = FakeLanguage.Hash(EngineHarness.Tokens(prompt));
        var logits = new float[FakeLanguage.VocabularySize];
        var text = new StringBuilder();
        while (!matcher.IsTerminal && text.Length < maxTokens)
        {
            FakeLanguage.FillLogits(hash, logits, endEvery);
            var best = -1;
            for (var token = 0; token < logits.Length; token++)
            {
                var allowed =
                    token < 256
                        ? matcher.Clone().TryAdvance([(byte)token])
                        : token == FakeLanguage.EndOfTurn && matcher.IsComplete;
                best = allowed && (best < 0 || logits[token] > logits[best]) ? token : best;
            }

            if (best == FakeLanguage.EndOfTurn)
            {
                break;
            }

            matcher.TryAdvance([(byte)best]);
            text.Append((char)best);
            hash = FakeLanguage.Hash(hash, best);
        }

        return text.ToString();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_Grammar_GivesTheBestTextThatItAllows(bool jumps)
    {
        using var harness = new EngineHarness(settings: new EngineSettings { ModelName = "fake", JumpsAhead = jumps });
        for (var i = 0; i < 20; i++)
        {
            var prompt = $"prompt {i}";
            var reply = harness.Engine.Submit(Request(prompt, Shape(s_record)), default);
            var (text, finish, usage) = await EngineHarness.ReadAsync(reply);
            Assert.Equal(Expected(prompt, s_record), text);
            Assert.Equal(GenerationFinish.Stop, finish);
            Assert.Equal(text.Length, usage.OutputTokens);
        }

        // Jumping ahead: two strings' letters and a digit are asked for, and what they are between is not.
        Assert.True(
            jumps ? harness.Decoder.Steps < 20 * 22 : harness.Decoder.Steps > 20 * 40,
            $"{harness.Decoder.Steps}"
        );
    }

    [Theory]
    [InlineData(CutBackSupport.Anywhere, true, true)]
    [InlineData(CutBackSupport.Never, true, true)]
    [InlineData(CutBackSupport.Sometimes, false, true)]
    [InlineData(CutBackSupport.Anywhere, false, false)]
    public async Task Submit_ManyAtOnceWithShortMemory_GivesEachItsOwnText(
        CutBackSupport cutBack,
        bool mixes,
        bool jumps
    )
    {
        using var harness = new EngineHarness(
            new FakeDecoderOptions
            {
                TotalTokens = 200,
                SequenceCount = 4,
                CutBack = cutBack,
                Mixes = mixes,
                EndEvery = 0,
            },
            new EngineSettings { ModelName = "fake", JumpsAhead = jumps }
        );

        using var asked = harness.Hold();

        // Longer than the room that a reply must find when it begins.
        var grammar = JsonGrammar.Record(("first", JsonGrammar.String(70, 90)), ("second", s_record));
        var tasks = Enumerable
            .Range(0, 12)
            .Select(async i =>
            {
                var prompt = $"a prompt of its own, number {i}";
                if (i % 3 == 0)
                {
                    Assert.Equal(harness.Expected(prompt, 60), await harness.AskAsync(prompt, 60));
                    return;
                }

                var reply = harness.Engine.Submit(Request(prompt, Shape(grammar)), default);
                var (text, finish, _) = await EngineHarness.ReadAsync(reply);
                Assert.Equal(Expected(prompt, grammar, endEvery: 0), text);
                Assert.Equal(GenerationFinish.Stop, finish);
            })
            .ToArray();
        asked.Set();
        await Task.WhenAll(tasks);
        await harness.SettleAsync();
        Assert.True(harness.Engine.Statistics.Preemptions > 0, "Nothing gave way: the memory is not short.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_LimitWithinTheGrammar_FinishesWithLength(bool jumps)
    {
        using var harness = new EngineHarness(settings: new EngineSettings { ModelName = "fake", JumpsAhead = jumps });
        var whole = Expected("p", s_record);
        for (var limit = 1; limit <= whole.Length; limit++)
        {
            var reply = harness.Engine.Submit(Request("p", Shape(s_record), limit), default);
            var (text, finish, usage) = await EngineHarness.ReadAsync(reply);
            Assert.Equal(whole[..limit], text);
            Assert.Equal(limit, usage.OutputTokens);
            Assert.Equal(limit == whole.Length ? GenerationFinish.Stop : GenerationFinish.Length, finish);
        }
    }

    [Fact]
    public async Task Submit_StopSequenceWithinForcedText_CutsThere()
    {
        using var harness = new EngineHarness();
        var request = Request("p", Shape(s_record)) with { StopSequences = ["\"sec"] };
        var (text, finish, _) = await EngineHarness.ReadAsync(harness.Engine.Submit(request, default));
        var whole = Expected("p", s_record);
        Assert.Equal(whole[..whole.IndexOf("\"sec", StringComparison.Ordinal)], text);
        Assert.Equal(GenerationFinish.Stop, finish);
    }

    [Fact]
    public async Task Submit_PenaltiesAndTemperature_StayWithinTheGrammar()
    {
        using var harness = new EngineHarness();
        for (var seed = 0UL; seed < 30; seed++)
        {
            var request = Request("p", Shape(s_record)) with
            {
                Sampling = new SamplingSettings
                {
                    Temperature = 1.5f,
                    Seed = seed,
                    RepetitionPenalty = 2,
                    FrequencyPenalty = 2,
                    PresencePenalty = 2,
                    PenaltyWindowTokens = 64,
                    TopK = 2,
                    DryMultiplier = 3,
                },
            };
            var (text, finish, _) = await EngineHarness.ReadAsync(harness.Engine.Submit(request, default));
            Assert.Equal(GenerationFinish.Stop, finish);
            Assert.True(NaiveMatch(s_record, text), text);
        }
    }

    [Fact]
    public async Task Submit_LogProbabilities_ComeForEveryToken()
    {
        using var harness = new EngineHarness();
        var request = Request("p", Shape(s_record)) with { TopLogProbabilities = 1 };
        var reply = harness.Engine.Submit(request, default);
        var count = 0;
        await using (reply)
        {
            while (await reply.WaitToReadAsync())
            {
                while (reply.TryRead(out var update))
                {
                    count += update.LogProbabilities is null ? 0 : 1;
                }
            }

            Assert.Equal(reply.Usage.OutputTokens, count);
        }
    }

    [Fact]
    public async Task Submit_Updates_TellOfEveryTokenOnce()
    {
        using var harness = new EngineHarness();
        var reply = harness.Engine.Submit(Request("p", Shape(s_record)), default);
        await using (reply)
        {
            var told = 0;
            while (await reply.WaitToReadAsync())
            {
                while (reply.TryRead(out var update))
                {
                    told += update.TokenCount;
                }
            }

            Assert.Equal(reply.Usage.OutputTokens, told);
            Assert.Equal(reply.OutputTokens.Count, told);
        }
    }

    [Fact]
    public async Task Submit_GrammarStillCompiling_LetsOthersGoOn()
    {
        using var harness = new EngineHarness();
        using var compile = new ManualResetEventSlim();
        var slow = new GrammarSource(
            "slow",
            () =>
            {
                Assert.True(compile.Wait(TimeSpan.FromSeconds(20)));
                return s_record;
            }
        );
        var shape = new ReplyShape { Phases = [new GrammarPhase { Grammar = slow }] };
        var waiting = EngineHarness.ReadAsync(harness.Engine.Submit(Request("slow prompt", shape), default));
        Assert.Equal(harness.Expected("other", 40), await harness.AskAsync("other", 40));
        Assert.False(waiting.IsCompleted);
        compile.Set();
        Assert.Equal(Expected("slow prompt", s_record), (await waiting).Text);
    }

    [Fact]
    public async Task Submit_GrammarThatCannotBeBuilt_FailsThatReplyAlone()
    {
        using var harness = new EngineHarness();
        var rule = new RuleNode("r");
        rule.Body = GrammarNode.Sequence(rule, GrammarNode.Text("x"));
        var failing = EngineHarness.ReadAsync(harness.Engine.Submit(Request("p", Shape(rule, "left")), default));
        Assert.Equal(harness.Expected("other", 40), await harness.AskAsync("other", 40));
        await Assert.ThrowsAsync<GrammarException>(() => failing);
        await harness.SettleAsync();
    }

    [Theory]
    [InlineData("left recursion")]
    [InlineData("too many ways to begin")]
    public async Task Submit_GrammarThatCannotBeUsed_FailsWithTheErrorOfWhatItWasMadeOf(string what)
    {
        using var harness = new EngineHarness();
        var rule = new RuleNode("r");
        rule.Body = GrammarNode.Sequence(rule, GrammarNode.Text("x"));

        // Two sequences of one byte each that differ behind it are two ways; 30,000 of them are more than may be kept.
        var grammar =
            what == "left recursion"
                ? rule
                : GrammarNode.Choice([
                    .. Enumerable
                        .Range(0, 30_000)
                        .Select(i =>
                            GrammarNode.Sequence(
                                GrammarNode.Text("a"),
                                GrammarNode.Repeat(GrammarNode.Text($"{i}"), 2, 3)
                            )
                        ),
                ]);
        var shape = Shape(grammar, what) with
        {
            Explain = error => new UnsupportedSchemaException("", null, "explained", error),
        };
        var error = await Assert.ThrowsAsync<UnsupportedSchemaException>(() =>
            EngineHarness.ReadAsync(harness.Engine.Submit(Request("p", shape), default))
        );
        Assert.IsType<GrammarException>(error.InnerException);
    }

    [Fact]
    public async Task Submit_CancelledBeforeItsGrammarIsCompiled_LeavesItUncompiled()
    {
        using var harness = new EngineHarness();
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var token = TestContext.Current.CancellationToken;
        var slow = new ReplyShape
        {
            Phases =
            [
                new GrammarPhase
                {
                    Grammar = new GrammarSource(
                        "slow",
                        () =>
                        {
                            begun.Set();
                            goOn.Wait(token);
                            return s_record;
                        }
                    ),
                },
            ],
        };
        var built = false;
        var left = new ReplyShape
        {
            Phases =
            [
                new GrammarPhase
                {
                    Grammar = new GrammarSource(
                        "left",
                        () =>
                        {
                            built = true;
                            return s_record;
                        }
                    ),
                },
            ],
        };
        using var cancellation = new CancellationTokenSource();
        var first = harness.Engine.Submit(Request("p", slow), token);
        begun.Wait(token);
        var second = harness.Engine.Submit(Request("q", left), cancellation.Token);
        await cancellation.CancelAsync();
        goOn.Set();
        await EngineHarness.ReadAsync(first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EngineHarness.ReadAsync(second));
        await EngineHarness.ReadAsync(harness.Engine.Submit(Request("r", Shape(s_record, "last")), token));
        Assert.False(built);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_VocabularyWithoutTheToken_FailsThatReplyAlone(bool jumps)
    {
        using var harness = new EngineHarness(settings: new EngineSettings { ModelName = "fake", JumpsAhead = jumps });
        var grammar = GrammarNode.Sequence(GrammarNode.Text("ab"), GrammarNode.Marker("<|absent|>"));
        var failing = EngineHarness.ReadAsync(harness.Engine.Submit(Request("p", Shape(grammar, "absent")), default));
        Assert.Equal(harness.Expected("other", 40), await harness.AskAsync("other", 40));
        var error = await Assert.ThrowsAsync<InferenceException>(() => failing);
        Assert.Contains("no token of the vocabulary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_GrammarThatMatchesNothing_Fails()
    {
        using var harness = new EngineHarness();
        var reply = harness.Engine.Submit(Request("p", Shape(GrammarNode.Never, "never")), default);
        await Assert.ThrowsAsync<InferenceException>(() => EngineHarness.ReadAsync(reply));
    }

    [Fact]
    public async Task Submit_Marker_ComesAsTheControlToken()
    {
        using var harness = new EngineHarness();
        var grammar = GrammarNode.Sequence(
            GrammarNode.Text("go"),
            GrammarNode.Marker("<|im_start|>"),
            GrammarNode.Text("on")
        );
        foreach (var includes in (bool[])[true, false])
        {
            var request = Request("p", Shape(grammar, "marker")) with { IncludesControlTokens = includes };
            await using var reply = harness.Engine.Submit(request, default);
            var text = "";
            while (await reply.WaitToReadAsync())
            {
                while (reply.TryRead(out var update))
                {
                    text += update.Text;
                }
            }

            Assert.Equal(includes ? "go<|im_start|>on" : "goon", text);
            Assert.Equal(['g', 'o', FakeLanguage.StartOfTurn, 'o', 'n'], reply.OutputTokens);
        }
    }

    [Fact]
    public async Task Submit_SameKey_CompilesOnce()
    {
        using var harness = new EngineHarness();
        var built = 0;
        var source = new GrammarSource(
            "once",
            () =>
            {
                Interlocked.Increment(ref built);
                return s_record;
            }
        );
        var shape = new ReplyShape { Phases = [new GrammarPhase { Grammar = source }] };
        for (var i = 0; i < 5; i++)
        {
            await EngineHarness.ReadAsync(harness.Engine.Submit(Request($"p{i}", shape), default));
        }

        Assert.Equal(1, built);
    }

    private static bool NaiveMatch(GrammarNode grammar, string text) =>
        LocalSlm.Tests.Constraints.Automaton.NaiveRecogniser.Matches(grammar, Encoding.UTF8.GetBytes(text));
}
