using System.Text;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tests.Constraints.Automaton;

public sealed class GrammarMatcherTests
{
    /// <summary>a(b|cd)* with nested brackets around it, of any depth.</summary>
    private static RuleNode Brackets()
    {
        var rule = new RuleNode("nested");
        rule.Body = GrammarNode.Choice(
            GrammarNode.Sequence(GrammarNode.Text("["), rule, GrammarNode.Text("]")),
            GrammarNode.Text("x")
        );
        return rule;
    }

    [Fact]
    public void TryAdvance_RandomGrammarsAndTexts_AgreesWithTheNaiveRecogniser()
    {
        var compared = 0;
        var matched = 0;
        for (var seed = 0; seed < 3000; seed++)
        {
            var grammars = new RandomGrammars(seed);
            var root = grammars.Make();
            CompiledGrammar compiled;
            try
            {
                compiled = CompiledGrammar.Compile(root);
            }
            catch (GrammarException error) when (error.Message.Contains("begins with itself", StringComparison.Ordinal))
            {
                continue;
            }

            var matcher = new GrammarMatcher(compiled);
            for (var i = 0; i < 30; i++)
            {
                var text = grammars.MakeText(7);
                var expected = NaiveRecogniser.Matches(root, text);
                matcher.Reset();
                var actual = matcher.TryAdvance(text) && matcher.IsComplete;
                Assert.True(expected == actual, $"Seed {seed}: '{Encoding.ASCII.GetString(text)}' → {actual}");
                compared++;
                matched += expected ? 1 : 0;
            }
        }

        Assert.True(compared > 50_000 && matched > 5_000, $"{matched} of {compared} texts matched.");
    }

    [Fact]
    public void TryAdvance_BytesAtATime_AllowsThemOnlyWhileSomeTextMatches()
    {
        // Whatever is allowed must lead to a match: every byte of every prefix is tried.
        for (var seed = 0; seed < 300; seed++)
        {
            var root = new RandomGrammars(seed).Make();
            GrammarMatcher matcher;
            try
            {
                matcher = new GrammarMatcher(CompiledGrammar.Compile(root));
            }
            catch (GrammarException)
            {
                continue;
            }

            var random = new Random(seed);
            for (var step = 0; step < 40 && !matcher.IsTerminal; step++)
            {
                var followers = Enumerable.Range(0, 256).Where(b => matcher.Clone().TryAdvance([(byte)b])).ToList();
                if (followers.Count == 0)
                {
                    // The grammar that matches nothing at all.
                    Assert.Equal(0, step);
                    break;
                }

                Assert.True(matcher.TryAdvance([(byte)followers[random.Next(followers.Count)]]));
            }
        }
    }

    [Fact]
    public void TryAdvance_RefusedBytes_LeaveTheState()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.Compile(GrammarNode.Text("abc")));
        Assert.True(matcher.TryAdvance("ab"u8));
        Assert.False(matcher.TryAdvance("cd"u8));
        Assert.False(matcher.IsComplete);
        Assert.True(matcher.TryAdvance("c"u8));
        Assert.True(matcher.IsComplete && matcher.IsTerminal);
    }

    [Fact]
    public void TryAdvance_NestedRules_CountsBrackets()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.Compile(Brackets()));
        Assert.True(matcher.TryAdvance(Encoding.ASCII.GetBytes(new string('[', 1000) + "x" + new string(']', 999))));
        Assert.False(matcher.IsComplete);
        Assert.False(matcher.Clone().TryAdvance("]]"u8));
        Assert.True(matcher.TryAdvance("]"u8));
        Assert.True(matcher.IsComplete);
    }

    [Fact]
    public void TryAdvance_BeyondTheDeepestNesting_IsNotAllowed()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.Compile(Brackets()));
        Assert.False(matcher.TryAdvance(Encoding.ASCII.GetBytes(new string('[', GrammarStates.MostDepth + 2))));
    }

    [Theory]
    [InlineData(0, 10_000, 10_000, true)]
    [InlineData(0, 10_000, 10_001, false)]
    [InlineData(5_000, null, 4_999, false)]
    [InlineData(5_000, null, 5_000, true)]
    [InlineData(5_000, null, 60_000, true)]
    public void TryAdvance_LargeCounts_AreCountedExactly(int min, int? max, int length, bool expected)
    {
        var compiled = CompiledGrammar.Compile(GrammarNode.Repeat(GrammarNode.Text("ab"), min, max));
        Assert.True(compiled.Instructions.Length < 20);
        var matcher = new GrammarMatcher(compiled);
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("ab", length)));
        Assert.Equal(expected, matcher.TryAdvance(text) && matcher.IsComplete);
    }

    [Fact]
    public void TryAdvance_WhenTheStatesTakeTooMuchMemory_ForgetsThemAndGoesOn()
    {
        var compiled = CompiledGrammar.Compile(
            GrammarNode.Sequence(GrammarNode.Repeat(Brackets(), 0, 3), GrammarNode.Text("."))
        );
        var states = new GrammarStates(compiled, mostBytes: 20_000);
        var matcher = new GrammarMatcher(states);
        var text = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat(new string('[', 50) + "x" + new string(']', 50), 3)) + "."
        );
        foreach (var b in text)
        {
            Assert.True(matcher.TryAdvance([b]));
        }

        Assert.True(matcher.IsComplete);
        Assert.True(states.Epoch > 1);
    }

    [Fact]
    public void Compile_LeftRecursion_IsRefused()
    {
        var rule = new RuleNode("list");
        rule.Body = GrammarNode.Choice(
            GrammarNode.Sequence(GrammarNode.Optional(GrammarNode.Text("x")), rule, GrammarNode.Text("y")),
            GrammarNode.Text("z")
        );
        var error = Assert.Throws<GrammarException>(() => CompiledGrammar.Compile(rule));
        Assert.Contains("'list' begins with itself", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_NestedTooDeep_IsRefused()
    {
        var node = GrammarNode.Text("x");
        for (var i = 0; i < 1_000_000; i++)
        {
            node = new SequenceNode([GrammarNode.Text("["), node]);
        }

        Assert.Throws<GrammarException>(() => CompiledGrammar.Compile(node));
    }

    [Fact]
    public void Compile_NodesUsedManyTimes_AreWrittenOnce()
    {
        // 2^60 copies, were they written each time.
        var node = GrammarNode.Text("ab");
        for (var i = 0; i < 60; i++)
        {
            node = GrammarNode.Choice(
                GrammarNode.Sequence(GrammarNode.Text("x"), node),
                GrammarNode.Sequence(node, node)
            );
        }

        Assert.True(CompiledGrammar.Compile(node).Instructions.Length < 2000);
    }

    [Fact]
    public void Compile_ManyTexts_MatchesThemAll()
    {
        var texts = Enumerable.Range(0, 100_000).Select(static i => $"value-{i:x}").ToList();
        var matcher = new GrammarMatcher(
            CompiledGrammar.Compile(GrammarNode.Choice([.. texts.Select(GrammarNode.Text)]))
        );
        foreach (var text in texts.Where(static (_, i) => i % 997 == 0))
        {
            matcher.Reset();
            Assert.True(matcher.TryAdvance(Encoding.ASCII.GetBytes(text)) && matcher.IsComplete, text);
        }

        matcher.Reset();
        Assert.False(matcher.TryAdvance("value-g"u8));
    }

    [Fact]
    public void Compile_RulesWithoutBase_AreNeverEntered()
    {
        var endless = new RuleNode("endless");
        endless.Body = GrammarNode.Sequence(GrammarNode.Text("x"), endless);
        var matcher = new GrammarMatcher(CompiledGrammar.Compile(GrammarNode.Choice(endless, GrammarNode.Text("y"))));
        Assert.False(matcher.TryAdvance("x"u8));
        Assert.True(matcher.TryAdvance("y"u8) && matcher.IsComplete);
    }

    [Fact]
    public void TryAdvance_Marker_MatchesItsFrameAndNoText()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.Compile(GrammarNode.Marker("<|call|>")));
        Assert.False(matcher.TryAdvance("<|call|>"u8));
        Assert.True(matcher.TryAdvance(MarkerBytes.Of("<|call|>")) && matcher.IsComplete);
    }
}
