using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using LocalSlm.Constraints.Regular;
using Xunit;

namespace LocalSlm.Tests.Constraints.Regular;

public sealed class CharAutomatonTests
{
    private static readonly Gen<CharAutomaton> Languages = Gen.OneOf(
        RandomPatterns.Plain.Select(CharAutomaton.FromPattern),
        RandomPatterns.Plain.Select(pattern => CharAutomaton.FromPattern($"^(?:{pattern})$")),
        RandomPatterns.Text.List[0, 8].Select(CharAutomaton.FromLiterals),
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4], (min, more) => CharAutomaton.FromLength(min, min + more))
    );

    [Fact]
    public void FromPattern_RandomPatterns_AgreesWithDotNet() =>
        Gen.Select(RandomPatterns.Plain, RandomPatterns.Text.List[10, 30])
            .Sample(
                (pattern, texts) =>
                    AgreesWith(new Regex(SpellOut(pattern), RegexOptions.NonBacktracking), pattern, texts),
                iter: 600
            );

    [Fact]
    public void FromPattern_RandomLooksAheadAndAnchors_AgreesWithDotNet()
    {
        // The same samples each time: .NET's ECMAScript mode has faults of its own in rare patterns, which are no failure of ours.
        var samples = Gen.Select(RandomPatterns.Looking, RandomPatterns.Text.List[10, 30]);
        var random = new PCG(1, 1);
        for (var i = 0; i < 1_500; i++)
        {
            var (pattern, texts) = samples.Generate(random, null, out _);
            AgreesWith(new Regex(pattern, RegexOptions.ECMAScript), pattern, texts);
        }
    }

    [Fact]
    public void SetOperations_RandomLanguages_FollowTheirDefinitions() =>
        Gen.Select(Languages, Languages, RandomPatterns.Text.List[20, 40])
            .Sample(
                (left, right, texts) =>
                {
                    var union = left.Union(right);
                    var both = left.Intersect(right);
                    var only = left.Except(right);
                    var complement = left.Complement();
                    foreach (var text in texts)
                    {
                        var (one, other) = (left.Accepts(text), right.Accepts(text));
                        Assert.Equal(one || other, union.Accepts(text));
                        Assert.Equal(one && other, both.Accepts(text));
                        Assert.Equal(one && !other, only.Accepts(text));
                        Assert.Equal(!one, complement.Accepts(text));
                    }

                    // Minimal automata of one language have as many states and edges.
                    Assert.Equal(Size(left), Size(complement.Complement()));
                    Assert.Equal(Size(union), Size(right.Union(left)));
                    Assert.Equal(Size(union), Size(left.Complement().Intersect(right.Complement()).Complement()));
                    Assert.True(both.Intersect(only).IsEmpty);
                    Assert.Equal(Size(left), Size(both.Union(only)));
                },
                iter: 300
            );

    [Fact]
    public void ToBytes_RandomLanguages_AcceptTheSameTexts() =>
        Gen.Select(Languages, RandomPatterns.Text.List[5, 20])
            .Sample(
                (language, texts) =>
                {
                    var (utf8, any, needed) = (
                        language.ToUtf8(),
                        language.ToJsonString(),
                        language.ToJsonString(JsonEscaping.Needed)
                    );
                    foreach (var text in texts)
                    {
                        var isIn = language.Accepts(text);
                        Assert.Equal(isIn, utf8.Accepts(text));
                        Assert.Equal(isIn, any.Accepts(text));
                        Assert.Equal(isIn, any.Accepts(JsonStrings.EscapeAll(text)));
                        Assert.Equal(isIn, needed.Accepts(text));
                    }

                    Assert.Empty(utf8.FindLost());
                    Assert.Empty(any.FindLost());
                    Assert.Empty(needed.FindLost());
                },
                iter: 200
            );

    [Fact]
    public void ToUtf8_EveryCodePoint_IsAcceptedAsEncoded()
    {
        var automaton = CharAutomaton.AnyCharacter.ToUtf8();
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (Rune.IsValid(codePoint))
            {
                Assert.True(automaton.Accepts(new Rune(codePoint).ToString()), $"U+{codePoint:X}");
            }
        }
    }

    [Fact]
    public void ToUtf8_RandomBytes_AcceptsExactlyWellFormedText()
    {
        var automaton = CharAutomaton.Any.ToUtf8();
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        var random = new Random(11);
        byte[] likely =
        [
            0x00,
            0x41,
            0x7F,
            0x80,
            0x8F,
            0x90,
            0x9F,
            0xA0,
            0xBF,
            0xC0,
            0xC1,
            0xC2,
            0xDF,
            0xE0,
            0xED,
            0xEF,
            0xF0,
            0xF4,
            0xF5,
        ];
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = new byte[random.Next(5)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = likely[random.Next(likely.Length)];
            }

            Assert.Equal(IsWellFormed(bytes), automaton.Accepts(bytes));
        }

        bool IsWellFormed(byte[] bytes)
        {
            try
            {
                strict.GetCharCount(bytes);
                return true;
            }
            catch (DecoderFallbackException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void ToJsonString_EveryCodePoint_HasItsSpellings()
    {
        var any = CharAutomaton.AnyCharacter.ToJsonString();
        var needed = CharAutomaton.AnyCharacter.ToJsonString(JsonEscaping.Needed);
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (!Rune.IsValid(codePoint))
            {
                Assert.False(any.Accepts($"\\u{codePoint:X4}"));
                continue;
            }

            var text = new Rune(codePoint).ToString();
            var isPlain = codePoint >= 0x20 && codePoint is not ('"' or '\\');
            Assert.Equal(isPlain, any.Accepts(text));
            Assert.Equal(isPlain, needed.Accepts(text));
            Assert.True(any.Accepts(JsonStrings.EscapeAll(text)));
            Assert.True(any.Accepts(JsonStrings.EscapeNeeded(text)));
            Assert.True(needed.Accepts(JsonStrings.EscapeNeeded(text)));
        }

        Assert.True(any.Accepts("\\/"));
        Assert.False(needed.Accepts("\\/"));
        Assert.False(any.Accepts("\\a"));
        Assert.False(any.Accepts("\\ud83d"));
        Assert.False(any.Accepts("\\ude00\\ud83d"));
        Assert.False(any.Accepts("\\ud83dx"));
        Assert.True(any.Accepts("\\uD83d\\uDe00"));
    }

    [Fact]
    public void FromLiterals_HundredThousand_AreAcceptedAndNothingElse()
    {
        var random = new Random(3);
        var literals = new HashSet<string>();
        while (literals.Count < 100_000)
        {
            literals.Add(string.Concat(Enumerable.Range(0, 12).Select(_ => (char)random.Next('a', 'z' + 1))));
        }

        var automaton = CharAutomaton.FromLiterals(literals);
        var bytes = automaton.ToJsonString(JsonEscaping.Needed);
        foreach (var literal in literals)
        {
            Assert.True(automaton.Accepts(literal));
            Assert.True(bytes.Accepts(literal));
            Assert.False(automaton.Accepts(literal.AsSpan(0, 11)));
            Assert.False(bytes.Accepts(literal[..^1]));
            Assert.False(bytes.Accepts(literal + "a"));
        }
    }

    [Fact]
    public void FromLiterals_NumberedOnes_ShareTheirStates() =>
        Assert.Equal(
            CharAutomaton.FromPattern("^item-[0-9]{5}$").StateCount,
            CharAutomaton.FromLiterals(Enumerable.Range(0, 100_000).Select(i => $"item-{i:00000}")).StateCount
        );

    [Fact]
    public void FromLiterals_LoneSurrogate_IsRefused() =>
        Assert.Throws<GrammarException>(() => CharAutomaton.FromLiterals(["a", "b\uD800"]));

    [Fact]
    public void FromLength_CountsCodePoints()
    {
        var two = CharAutomaton.FromLength(2, 2);
        Assert.True(two.Accepts("😀é"));
        Assert.False(two.Accepts("😀"));
        Assert.False(two.Accepts("abc"));
        Assert.True(CharAutomaton.FromLength(0, null).Accepts(""));
        Assert.False(CharAutomaton.FromLength(1, null).Accepts(""));
        Assert.True(CharAutomaton.FromLength(1, null).Accepts("abcdef"));
    }

    private static (int, int) Size(CharAutomaton automaton) => (automaton.StateCount, automaton.EdgeCount);

    /// <summary>Writes the classes that ECMA-262 and .NET take differently as what they hold in ECMA-262.</summary>
    private static string SpellOut(string pattern) =>
        pattern
            .Replace("\\d", "[0-9]", StringComparison.Ordinal)
            .Replace("\\D", "[^0-9]", StringComparison.Ordinal)
            .Replace("\\w", "[0-9A-Z_a-z]", StringComparison.Ordinal)
            .Replace("\\W", "[^0-9A-Z_a-z]", StringComparison.Ordinal);

    private static void AgreesWith(Regex regex, string pattern, List<string> texts)
    {
        var automaton = CharAutomaton.FromPattern(pattern);
        foreach (var text in texts)
        {
            Assert.True(regex.IsMatch(text) == automaton.Accepts(text), $"'{pattern}' on '{text}'");
        }
    }
}
