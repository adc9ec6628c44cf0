using LocalSlm.Constraints;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Scheduling;
using LocalSlm.Testing;
using LocalSlm.Tests.Constraints;

namespace LocalSlm.Tests.Scheduling;

/// <summary>Replies of several phases. The fake model's greedy text is known beforehand, so that triggers can be taken out of it.</summary>
public sealed class ReplyPhaseTests
{
    private const string Prompt = "tell me something";

    private static readonly GrammarPhase s_call = new()
    {
        Grammar = new GrammarSource("call", static () => JsonGrammar.Record(("a", JsonGrammar.ByteOf("12")))),
    };

    private static async Task<(string Text, GenerationFinish Finish, GenerationUsage Usage)> AskAsync(
        IReadOnlyList<ReplyPhase> phases,
        Func<GenerationRequest, GenerationRequest>? change = null,
        int endEvery = 0,
        int maxTokens = 60
    )
    {
        using var harness = new EngineHarness(new FakeDecoderOptions { EndEvery = endEvery });
        var request = EngineHarness.Request(Prompt, maxTokens) with { Shape = new ReplyShape { Phases = phases } };
        return await EngineHarness.ReadAsync(harness.Engine.Submit(change?.Invoke(request) ?? request, default));
    }

    private static string Greedy(int tokens, int endEvery = 0) =>
        FakeLanguage.Continue(EngineHarness.Tokens(Prompt), tokens, endEvery);

    [Fact]
    public async Task FreePhase_WithoutTriggers_ChangesNothing()
    {
        var (text, finish, _) = await AskAsync([new FreePhase()]);
        Assert.Equal(Greedy(60), text);
        Assert.Equal(GenerationFinish.Length, finish);
    }

    [Fact]
    public async Task FreePhase_Trigger_BeginsTheGrammarRightBehindIt()
    {
        var greedy = Greedy(60);
        var trigger = greedy[20..24];
        var end = greedy.IndexOf(trigger, StringComparison.Ordinal) + trigger.Length;
        var (text, finish, _) = await AskAsync([
            new FreePhase { Triggers = [new PhaseTrigger("never here", null), new PhaseTrigger(trigger, 1)] },
            s_call,
        ]);
        Assert.StartsWith(greedy[..end] + "{\"a\":", text, StringComparison.Ordinal);
        Assert.Matches("\\{\"a\":[12]\\}$", text);
        Assert.Equal(GenerationFinish.Stop, finish);
    }

    [Fact]
    public async Task FreePhase_ForbiddenTrigger_NeverComes()
    {
        var forbidden = Greedy(60)[10..12];
        var (text, _, _) = await AskAsync([new FreePhase { Triggers = [new PhaseTrigger(forbidden, null)] }]);
        Assert.Equal(Greedy(11), text[..11]);
        Assert.DoesNotContain(forbidden, text, StringComparison.Ordinal);
        Assert.Equal(60, text.Length);
    }

    [Fact]
    public async Task FreePhase_TriggerAtStart_CountsThereAlone()
    {
        var greedy = Greedy(60);
        var later = new PhaseTrigger(greedy[5..7], 1, AtStart: true);
        Assert.Equal(greedy, (await AskAsync([new FreePhase { Triggers = [later] }, s_call])).Text);
        var first = new PhaseTrigger(greedy[..2], 1, AtStart: true);
        var (text, _, _) = await AskAsync([new FreePhase { Triggers = [first] }, s_call]);
        Assert.Matches($"^{greedy[..2]}\\{{\"a\":[12]\\}}$", text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FreePhase_BudgetSpent_IsClosedAndTheNextPhaseBegins(bool jumps)
    {
        var (text, finish, usage) = await AskAsync(
            [
                new FreePhase
                {
                    BudgetTokens = 7,
                    MayEnd = false,
                    ClosingText = "\n</think>\n\n",
                    Triggers = [new PhaseTrigger("</think>", 1)],
                },
                s_call,
            ],
            request => request with { JumpsAhead = jumps }
        );
        Assert.StartsWith(Greedy(7) + "\n</think>\n\n{\"a\":", text, StringComparison.Ordinal);
        Assert.Equal(GenerationFinish.Stop, finish);
        Assert.Equal(text.Length, usage.OutputTokens);
    }

    [Fact]
    public async Task FreePhase_BudgetOfNothing_IsClosedAtOnce()
    {
        var (text, _, _) = await AskAsync([
            new FreePhase
            {
                BudgetTokens = 0,
                ClosingText = "</think>",
                NextAfterClosing = 1,
            },
            s_call,
        ]);
        Assert.Matches("^</think>\\{\"a\":[12]\\}$", text);
    }

    [Fact]
    public async Task FreePhase_BudgetWithoutNextPhase_GoesOnWithoutClosingAgain()
    {
        var (text, _, _) = await AskAsync([new FreePhase { BudgetTokens = 3, ClosingText = "#" }]);
        Assert.Equal(1, text.Count(static c => c == '#'));
        Assert.Equal(60, text.Length);
    }

    [Fact]
    public async Task FreePhase_ThatMayNotEnd_IsClosedWhereTheModelEnds()
    {
        var greedy = Greedy(400, endEvery: 20);
        Assert.True(greedy.Length is > 0 and < 60);
        var (text, _, _) = await AskAsync(
            [
                new FreePhase
                {
                    MayEnd = false,
                    ClosingText = "</think>",
                    NextAfterClosing = 1,
                },
                s_call,
            ],
            endEvery: 20
        );
        Assert.StartsWith(greedy + "</think>{", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FreePhase_ClosedWhereTheModelEndsBeforeAChoice_TellsTheClosingText(bool jumps)
    {
        // Behind the closing text nothing is forced: it must be told of itself.
        var greedy = Greedy(400, endEvery: 20);
        var (text, finish, usage) = await AskAsync(
            [
                new FreePhase
                {
                    MayEnd = false,
                    ClosingText = "</think>",
                    NextAfterClosing = 1,
                },
                new GrammarPhase { Grammar = new GrammarSource("digits", static () => JsonGrammar.ByteOf("12")) },
            ],
            request => request with { JumpsAhead = jumps },
            endEvery: 20
        );
        Assert.Matches($"^{greedy}</think>[12]$", text);
        Assert.Equal(GenerationFinish.Stop, finish);
        Assert.Equal(text.Length, usage.OutputTokens);
    }

    [Fact]
    public async Task FreePhase_ClosedByTheLastTokens_EndsByLength()
    {
        var greedy = Greedy(400, endEvery: 20);
        var (text, finish, _) = await AskAsync(
            [
                new FreePhase
                {
                    MayEnd = false,
                    ClosingText = "</think>",
                    NextAfterClosing = 1,
                },
                new GrammarPhase { Grammar = new GrammarSource("digits", static () => JsonGrammar.ByteOf("12")) },
            ],
            endEvery: 20,
            maxTokens: greedy.Length + "</think>".Length
        );
        Assert.Equal((greedy + "</think>", GenerationFinish.Length), (text, finish));
    }

    [Fact]
    public async Task FreePhase_ThatMayNotEndAndHasNoClosingText_GoesOn()
    {
        var greedy = Greedy(400, endEvery: 20);
        var (text, finish, _) = await AskAsync([new FreePhase { MayEnd = false }], endEvery: 20);
        Assert.StartsWith(greedy, text, StringComparison.Ordinal);
        Assert.Equal(60, text.Length);
        Assert.Equal(GenerationFinish.Length, finish);
    }

    [Fact]
    public async Task GrammarPhase_WithANextPhase_LeadsThere()
    {
        var (text, finish, _) = await AskAsync([s_call with { Next = 1 }, new FreePhase()], maxTokens: 30);
        Assert.Matches("^\\{\"a\":[12]\\}[a-z]{23}$", text);
        Assert.Equal(GenerationFinish.Length, finish);
    }

    [Fact]
    public async Task GrammarPhase_CompleteButNotOver_TakesWhatBelongsToItFirst()
    {
        // "x" and then digits, as many as the model likes: it likes letters, so free text begins at the first of them.
        var digits = new GrammarSource(
            "digits",
            static () => GrammarNode.Sequence(GrammarNode.Text("x1"), GrammarNode.Repeat(JsonGrammar.Digit, 0, null))
        );
        var (text, _, _) = await AskAsync(
            [new GrammarPhase { Grammar = digits, Next = 1 }, new FreePhase()],
            maxTokens: 20
        );
        Assert.Matches("^x1[a-z]{18}$", text);
    }

    [Fact]
    public async Task Phases_OfEmptyGrammarsInACircle_EndAtOnce()
    {
        var empty = new GrammarSource("empty", static () => GrammarNode.Empty);
        var (text, finish, _) = await AskAsync([
            new GrammarPhase { Grammar = empty, Next = 1 },
            new GrammarPhase { Grammar = empty, Next = 0 },
        ]);
        Assert.Equal(("", GenerationFinish.Stop), (text, finish));
    }
}
