using System.Diagnostics;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;
using Xunit;

namespace LocalSlm.Tests.Constraints.Regular;

/// <summary>Patterns with what the language standard says of them (ECMA-262, 16th edition, 22.2), and hostile ones.</summary>
public sealed class PatternTests
{
    [Theory]
    [InlineData("^(?=.*[0-9])[a-z0-9]{3,}$", "a1b 123 0aa", "abc 1 ABC9")]
    [InlineData("^(?:(?!--)[a-z-])+$", "a a-b -", "a--b -- ---")]
    [InlineData("^(?!.*\\.\\.)[a-z.]+$", "a.b .a", "a..b ..")]
    [InlineData("^(?!(?:con|nul)$)[a-z]+$", "cons nula c", "con nul")]
    [InlineData("^(?=a(?!b))..$", "ac aa", "ab bc")]
    [InlineData("\\bcat\\b", "cat a-cat- xcat.cat", "concat cats _cat")]
    [InlineData("\\Bat", "cat", "at a-at")]
    [InlineData("^\\u{1F600}$", "😀", "😁")]
    [InlineData("^\\uD83D\\uDE00.$", "😀a", "😀")]
    [InlineData("^[😀-😂]$", "😁", "😃 a")]
    [InlineData("^\\x41\\u0042[\\cC-]\\0?$", "AB-", "AB AC-")]
    [InlineData("^[]$|^[^]$", "a é 😀", "ab")]
    [InlineData("^\\p{Lu}\\P{Lu}\\p{Script=Greek}$", "Aaβ", "aaβ AAβ Aab")]
    [InlineData("^[\\w.+-]+@[\\w-]+\\.[\\w.]+$", "a.b+c@d-e.f", "a@b @c.d")]
    [InlineData("^[\\-\\/\\.\\_@]+\\@$", "-/._@", "a@")]
    [InlineData("^{[a-z]*}]$", "{}] {a}]", "a")]
    [InlineData("^a{2}$", "aa", "a aaa a{2}")]
    [InlineData("a$|^b", "ca a bc b", "ab cb")]
    [InlineData("(?<year>\\d{4})-(?:\\d\\d)", "2024-01 x2024-010", "204-01")]
    [InlineData("^(a+)+$", "a aaaa", "b aab")]
    [InlineData("^(?:a?){3}b$", "b aaab", "aaaab")]
    public void FromPattern_Constructs_JudgeTexts(string pattern, string matching, string others)
    {
        var automaton = CharAutomaton.FromPattern(pattern);
        Assert.All(matching.Split(' '), text => Assert.True(automaton.Accepts(text), text));
        Assert.All(others.Split(' '), text => Assert.False(automaton.Accepts(text), text));
    }

    [Fact]
    public void FromPattern_Dot_TakesNoLineTerminator()
    {
        var automaton = CharAutomaton.FromPattern("^.$");
        Assert.All((string[])["\n", "\r", "\u2028", "\u2029"], text => Assert.False(automaton.Accepts(text)));
        Assert.All((string[])["\t", "\u0085", "é", "😀"], text => Assert.True(automaton.Accepts(text)));
    }

    [Theory]
    [InlineData("a**", 2)]
    [InlineData("*a", 0)]
    [InlineData("a|{1}", 2)]
    [InlineData("(a", 0)]
    [InlineData("a)", 1)]
    [InlineData("[a", 0)]
    [InlineData("a{2,1}", 1)]
    [InlineData("a{,3}", 1)]
    [InlineData("[z-a]", 4)]
    [InlineData("[\\w-a]", 5)]
    [InlineData("\\", 1)]
    [InlineData("\\q", 1)]
    [InlineData("\\1", 1)]
    [InlineData("\\u12", 2)]
    [InlineData("\\u{110000}", 3)]
    [InlineData("\\xg0", 2)]
    [InlineData("\\p{Nope}", 3)]
    [InlineData("\\p{letter}", 3)]
    [InlineData("\\00", 1)]
    [InlineData("(?<=a)b", 0)]
    [InlineData("(?<!a)b", 0)]
    [InlineData("(?>a)", 2)]
    [InlineData("^*", 1)]
    [InlineData("(?=a)*", 5)]
    public void FromPattern_Malformed_IsRefusedWithItsPlace(string pattern, int position)
    {
        var error = Assert.Throws<GrammarException>(() => CharAutomaton.FromPattern(pattern));
        Assert.Equal(position, error.Position);
        Assert.Equal("regular expression", error.GrammarSource);
    }

    public static TheoryData<string> Hostile =>
        [
            "(a|a)*b{1000}",
            "(.{1,1000}){1,1000}",
            "(.*a){20}",
            ".*a.{20}",
            "^(?:.*a.{18}|.*b.{18})$",
            "(?=.*a.{16})(?=.*b.{16})(?!.*c.{16})",
            "((((a{1,99}){1,99}){1,99}){1,99}){1,99}",
            "(?:){1000000000}",
            "(?:\\b){1000000000}",
            "a{2147483648}",
            "(a?){5000}a{5000}",
            "(\\p{L}|\\p{N}|[^\\p{P}]){500}",
            "^(?:(?=.*a)(?=.*b)(?=.*c)(?=.*d)(?=.*e)(?=.*f)(?=.*g)(?=.*h).){50}$",
            string.Concat(Enumerable.Range(0, 200).Select(i => $"(?=.*{i}x)")),
            new string('(', 100_000),
            new string('(', 30_000) + "a" + new string(')', 30_000),
            string.Concat(Enumerable.Repeat("(?=", 20_000)),
            string.Concat(Enumerable.Repeat("(?:a|", 12_000)),
            string.Concat(Enumerable.Repeat("a*", 30_000)),
            string.Join('|', Enumerable.Range(0, 12_000).Select(i => $"{i:x4}")),
            new string('[', 60_000),
            "[" + string.Concat(Enumerable.Range(0, 30_000).Select(i => (char)(0x100 + (i * 2 % 50_000)))) + "]",
            string.Concat(Enumerable.Range(0, 60_000).Select(i => (char)(0x3400 + (i % 20_000)))),
        ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void FromPattern_Hostile_EndsSoon(string pattern)
    {
        using var process = Process.GetCurrentProcess();
        var begun = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        string outcome;
        try
        {
            var automaton = CharAutomaton.FromPattern(pattern);
            outcome = $"{automaton.StateCount} states";
            outcome += $", {automaton.ToJsonString().StateCount} over bytes";
        }
        catch (GrammarException error)
        {
            outcome = error.Message;
        }

        process.Refresh();
        var megabytes = (GC.GetAllocatedBytesForCurrentThread() - before) >> 20;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{clock.ElapsedMilliseconds} ms, {(process.TotalProcessorTime - begun).TotalMilliseconds} CPU, {megabytes} MB: {outcome[..Math.Min(outcome.Length, 200)]}"
        );

        // Milliseconds to a second alone on a machine; the bound is for one that is shared.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}: {outcome}");
        Assert.True(megabytes < 4_000, $"{megabytes} MB");
    }

    [Fact]
    public void Build_Pattern_MatchesTheWholeReply()
    {
        var automaton = ((AutomatonNode)PatternGrammar.Build("a|bc?")).Value;
        Assert.True(automaton.Accepts("a"));
        Assert.True(automaton.Accepts("bc"));
        Assert.False(automaton.Accepts("ab"));
        Assert.False(automaton.Accepts("xa"));
        Assert.Throws<GrammarException>(() => PatternGrammar.Build("a^b"));
    }

    [Fact]
    public void Build_Choices_AreTheReply()
    {
        var automaton = ((AutomatonNode)ChoiceGrammar.Build(["yes", "no", "nö", "yes"])).Value;
        Assert.True(automaton.Accepts("nö"));
        Assert.False(automaton.Accepts("n"));
        Assert.Throws<GrammarException>(() => ChoiceGrammar.Build([]));
        Assert.Throws<GrammarException>(() => ChoiceGrammar.Build(["a", ""]));
    }
}
