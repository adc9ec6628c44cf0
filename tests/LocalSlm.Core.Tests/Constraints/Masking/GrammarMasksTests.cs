using System.Diagnostics;
using System.Text;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Masking;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Constraints.Masking;

public sealed class GrammarMasksTests
{
    private static readonly GrammarNode s_record = JsonGrammar.Record(
        ("name", JsonGrammar.String(1, 40)),
        ("note", JsonGrammar.String()),
        ("born", JsonGrammar.Number),
        ("tags", JsonGrammar.Value),
        ("kind", GrammarNode.Choice(GrammarNode.Text("\"cat\""), GrammarNode.Text("\"dog\""), GrammarNode.Text("7")))
    );

    private const string Sample =
        "{\"name\":\"Ada Łovelace\\n 数学\",\"note\":\"🙂 \\\"x\\\"\",\"born\":1815,\"tags\":[{\"a\":[]},null,\"b\"],\"kind\":\"dog\"}";

    private static GrammarMasks Masks(GrammarNode grammar, TokenVocabulary vocabulary) =>
        new(new GrammarStates(CompiledGrammar.Compile(grammar)), vocabulary);

    /// <summary>Compares a mask with what a matcher says of each token by itself.</summary>
    private static void AssertEqualsBruteForce(
        GrammarMasks masks,
        GrammarMatcher matcher,
        ITokenizer tokenizer,
        string where
    )
    {
        var mask = masks.Get(matcher.State).ToArray();
        for (var token = 0; token < tokenizer.VocabularySize; token++)
        {
            var bytes = tokenizer.GetBytes(token);
            var expected = tokenizer.IsEndOfGeneration(token)
                ? matcher.IsComplete
                : bytes.Length is > 0 and <= TokenVocabulary.LongestToken && matcher.Clone().TryAdvance(bytes);
            if (TokenMask.IsSet(mask, token) != expected)
            {
                Assert.Fail($"{where}: token {token} '{tokenizer.GetName(token)}' should be {expected}.");
            }
        }
    }

    [Fact]
    public void Get_EveryPlaceOfARecord_EqualsBruteForceOnMiniMind()
    {
        var masks = Masks(s_record, TestVocabularies.MiniMindTokens);
        var matcher = new GrammarMatcher(masks.States);
        foreach (var b in Encoding.UTF8.GetBytes(Sample))
        {
            AssertEqualsBruteForce(masks, matcher, TestVocabularies.MiniMind, $"before 0x{b:x2}");
            Assert.True(matcher.TryAdvance([b]));
        }

        Assert.True(matcher.IsComplete);
        AssertEqualsBruteForce(masks, matcher, TestVocabularies.MiniMind, "at the end");
    }

    [Fact]
    public void Get_SomePlacesOfARecord_EqualsBruteForceOnQwen()
    {
        var masks = Masks(s_record, TestVocabularies.QwenTokens);
        var matcher = new GrammarMatcher(masks.States);
        var at = 0;
        foreach (var b in Encoding.UTF8.GetBytes(Sample))
        {
            if (at++ % 9 == 0)
            {
                AssertEqualsBruteForce(masks, matcher, TestVocabularies.Qwen, $"at {at}");
            }

            Assert.True(matcher.TryAdvance([b]));
        }
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(2, 2)]
    [InlineData(5, 1000)]
    [InlineData(900, 1000)]
    [InlineData(300, null)]
    public void Get_CountedCharacters_EqualsBruteForceAtEveryCount(int min, int? max)
    {
        var masks = Masks(JsonGrammar.String(min, max), TestVocabularies.MiniMindTokens);
        var matcher = new GrammarMatcher(masks.States);
        Assert.True(matcher.TryAdvance("\""u8));
        for (var count = 0; count <= Math.Min(max ?? min + 5, min + 5); count++)
        {
            if (count < 4 || count > min - 60 || count % 97 == 0)
            {
                AssertEqualsBruteForce(masks, matcher, TestVocabularies.MiniMind, $"{count} of {min} to {max}");
            }

            matcher.TryAdvance("é"u8);
        }

        while (matcher.TryAdvance("x"u8))
        {
            if (masks.States.Epoch == 0 && max is null)
            {
                break;
            }
        }

        AssertEqualsBruteForce(masks, matcher, TestVocabularies.MiniMind, $"the most of {min} to {max}");
    }

    [Fact]
    public void Get_RandomGrammars_EqualsBruteForceOnRandomVocabularies()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var tokenizer = new RandomVocabulary(seed);
            GrammarMasks masks;
            try
            {
                masks = Masks(new Automaton.RandomGrammars(seed).Make(), TestVocabularies.Read(tokenizer));
            }
            catch (GrammarException)
            {
                continue;
            }

            var random = new Random(seed);
            var matcher = new GrammarMatcher(masks.States);
            for (var step = 0; step < 6; step++)
            {
                AssertEqualsBruteForce(masks, matcher, tokenizer, $"seed {seed}, step {step}");
                var mask = masks.Get(matcher.State).ToArray();
                var allowed = Enumerable
                    .Range(0, tokenizer.VocabularySize)
                    .Where(token => TokenMask.IsSet(mask, token) && !tokenizer.IsEndOfGeneration(token))
                    .ToList();
                if (allowed.Count == 0)
                {
                    break;
                }

                Assert.True(matcher.TryAdvance(tokenizer.GetBytes(allowed[random.Next(allowed.Count)])));
            }
        }
    }

    [Theory]
    [InlineData("root ::= ([^<] | \"<\" [^/])* \"</end>\"", "Some text, 数学 <b\n a</end>")]
    [InlineData("root ::= \"'\" ([^'\\\\\\n] | \"\\\\\" [nt'])* \"'\"", "'It\\'s \"x\" 数 y'")]
    [InlineData("root ::= [a-zA-Z0-9 \\u0080-\\U0010FFFF]{0,5} \"!\" [a-z -]{2,3}", "a 数b!a-")]
    public void Get_TextUpToAnEnd_EqualsBruteForce(string grammar, string text)
    {
        var masks = Masks(LocalSlm.Constraints.Regular.GbnfParser.Parse(grammar), TestVocabularies.MiniMindTokens);
        var matcher = new GrammarMatcher(masks.States);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            AssertEqualsBruteForce(masks, matcher, TestVocabularies.MiniMind, $"before 0x{b:x2}");
            Assert.True(matcher.TryAdvance([b]), $"0x{b:x2}");
        }

        AssertEqualsBruteForce(masks, matcher, TestVocabularies.MiniMind, "at the end");
    }

    [Fact]
    public void Get_ControlTokens_AreAllowedByNameAlone()
    {
        var tokenizer = new FakeTokenizer();
        var masks = Masks(
            GrammarNode.Sequence(GrammarNode.Text("a"), GrammarNode.Marker("<|im_start|>"), JsonGrammar.String()),
            TestVocabularies.Read(tokenizer)
        );
        var matcher = new GrammarMatcher(masks.States);
        Assert.Equal([(int)'a'], Allowed(masks, matcher));
        Assert.True(matcher.TryAdvance("a"u8));
        Assert.Equal([FakeLanguage.StartOfTurn], Allowed(masks, matcher));
        Assert.True(matcher.TryAdvance(MarkerBytes.Of("<|im_start|>")));
        Assert.True(matcher.TryAdvance("\""u8));
        Assert.DoesNotContain(Allowed(masks, matcher), static token => token >= 256);
    }

    [Fact]
    public void Get_WhereASpaceIsIgnored_AllowsTokensWithAndWithoutIt()
    {
        var tokenizer = TestVocabularies.MiniMind;
        var masks = Masks(GrammarNode.Text("the cat"), TestVocabularies.MiniMindTokens);
        var matcher = new GrammarMatcher(masks.States);
        var mask = masks.Get(matcher.State, ignoresSpace: true).ToArray();
        for (var token = 0; token < tokenizer.VocabularySize; token++)
        {
            var bytes = tokenizer.GetBytes(token);
            var text = bytes.StartsWith(" "u8) ? bytes[1..] : bytes;
            var expected = !text.IsEmpty && matcher.Clone().TryAdvance(text);
            Assert.True(expected == TokenMask.IsSet(mask, token), tokenizer.GetName(token));
        }
    }

    [Fact]
    public void Get_Warm_AllocatesNothing()
    {
        var masks = Masks(s_record, TestVocabularies.MiniMindTokens);
        var tokens = new List<int>();
        TestVocabularies.MiniMind.Encode([new PromptSpan(Sample, IsControl: false)], false, tokens);
        long allocated = 0;
        for (var round = 0; round < 3; round++)
        {
            var matcher = new GrammarMatcher(masks.States);
            allocated = 0;
            foreach (var token in tokens)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var mask = masks.Get(matcher.State);
                var isAllowed = TokenMask.IsSet(mask, token);
                matcher.TryAdvance(TestVocabularies.MiniMind.GetBytes(token));
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(isAllowed);
            }
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Get_GrammarOfTooManyWays_EndsWithATypedError()
    {
        // (a|a|…)* with a counter each: every byte doubles what must be kept.
        GrammarNode node = GrammarNode.Text("a");
        for (var i = 2; i < 60; i++)
        {
            node = GrammarNode.Choice(
                node,
                GrammarNode.Repeat(GrammarNode.Repeat(GrammarNode.Text("a"), 1, i), 1, 1000 + i)
            );
        }

        var masks = Masks(GrammarNode.Repeat(node, 1, 5000), TestVocabularies.MiniMindTokens);
        var matcher = new GrammarMatcher(masks.States);
        var started = Stopwatch.GetTimestamp();
        Assert.Throws<GrammarException>(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                masks.Get(matcher.State);
                matcher.TryAdvance("a"u8);
            }
        });
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
    }

    private static List<int> Allowed(GrammarMasks masks, GrammarMatcher matcher)
    {
        var mask = masks.Get(matcher.State).ToArray();
        return [.. Enumerable.Range(0, masks.Vocabulary.Size).Where(token => TokenMask.IsSet(mask, token))];
    }
}
