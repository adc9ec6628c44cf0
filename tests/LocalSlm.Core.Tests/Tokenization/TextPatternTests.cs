using System.Diagnostics;
using System.Text.RegularExpressions;
using LocalSlm.Tokenization;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Patterns against .NET's own engine, where both have the same syntax; and hostile ones.</summary>
public class TextPatternTests
{
    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static TheoryData<string> Shared =>
        [
            Llama3,
            @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
            @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t)?|\p{N}{1,3}|\s+",
            @"\d{1,3}(?=(?:\d{3})*\b)",
            @"(?=(?:\d{3})+(?!\d))",
            @"a|ab|abc",
            @"a*?b|a+",
            @"(?:ab|a)(?:c|bcd)(?:d*)",
            @"\bfoo\b|o{2,}?",
            @"(?<=a)b|(?<!a)c",
            @"x*",
            @"(?:a|b)*?c|(?:ab){1,3}",
            @"[^a-c\s]+|[a-c]{2}",
            @"a.*b|a",
            @"(?i:straße|ÄÖ)|\p{Lu}",
            @"(?:a*)*b|c",
            @"(?=ab|ba).|\W",
            @"(?!a|bc)\w",
        ];

    [Theory]
    [MemberData(nameof(Shared))]
    public void FindAll_RandomTexts_FindsWhatDotNetFinds(string pattern)
    {
        var reference = new Regex(pattern, RegexOptions.CultureInvariant);
        var ours = TextPattern.Regex(pattern);
        var random = new Random(7);
        string[] alphabet = ["abc", "ab fo123", "aä ÄÖßx'sTré\r\n 12,.", "AaBb'S 漢字 かな\t\n-_1234567"];
        for (var round = 0; round < 2_000; round++)
        {
            var letters = alphabet[round % alphabet.Length];
            var text = string.Concat(
                Enumerable.Range(0, random.Next(40)).Select(_ => letters[random.Next(letters.Length)])
            );
            if (round % 5 == 0)
            {
                text += "foo straße 1234567 abcd";
            }

            var found = new List<Range>();
            ours.FindAll(text, found);

            // .NET gives an empty match behind a match as well; tokenizers do not.
            var end = -1;
            var wanted = new List<Range>();
            foreach (Match match in reference.Matches(text))
            {
                if (match.Length > 0 || match.Index != end)
                {
                    wanted.Add(match.Index..(match.Index + match.Length));
                    end = match.Index + match.Length;
                }
            }

            Assert.True(
                wanted.SequenceEqual(found),
                $"'{pattern}' on '{text}': {string.Join(' ', wanted)} / {string.Join(' ', found)}"
            );
        }
    }

    [Theory]
    [InlineData(@"[a-z&&[^aeiou]]+", "aabcdee", "bcd")]
    [InlineData(@"[[:alpha:]]+", "12ab_", "ab")]
    [InlineData(@"\p{Han}+", "ab漢字かな", "漢字")]
    [InlineData(@"\p{^L}+", "ab12", "12")]
    [InlineData(@"\s++x", "a  x", "  x")]
    [InlineData(@"[ab]?+b|b", "b", "b")]
    [InlineData(@"a++a|ab", "aab", "ab")]
    [InlineData(@"\p{N}{1,3}+", "12345", "12345")]
    [InlineData(@"\x{1F600}|\u0041", "A😀", "A")]
    [InlineData(@"[😀-😂]+", "x😁😂y", "😁😂")]
    [InlineData(@"^b", "a\nb", "b")]
    [InlineData(@"(?i:ſ)", "S", "S")]
    [InlineData(@"(?m:a.b)", "a\nb", "a\nb")]
    public void TryFind_OnigurumaSyntax_FindsWhatItsManualSays(string pattern, string text, string match)
    {
        Assert.True(TextPattern.Regex(pattern).TryFind(text, 0, out var index, out var length));
        Assert.Equal(match, text.Substring(index, length));
    }

    [Theory]
    [InlineData(@"(a)\1", @"\1")]
    [InlineData(@"(?>ab|a)c", "(?>")]
    [InlineData(@"(?:ab)++", "possessive")]
    [InlineData(@"(?<=ab)c", "look-behind")]
    [InlineData(@"\Gx", @"\G")]
    [InlineData(@"\p{Klingon}", "Klingon")]
    [InlineData(@"(?(1)a|b)", "(?(")]
    public void Regex_ConstructBeyondRegular_IsRefusedByName(string pattern, string name)
    {
        var error = Assert.Throws<NotSupportedException>(() => TextPattern.Regex(pattern));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData("a{3,1}")]
    [InlineData("a{1001}")]
    [InlineData("[z-a]")]
    [InlineData(@"\")]
    [InlineData(@"\x{110000}")]
    public void Regex_Malformed_IsRefused(string pattern) =>
        Assert.Throws<FormatException>(() => TextPattern.Regex(pattern));

    [Fact]
    public void Regex_Huge_IsRefusedAtOnce()
    {
        var clock = Stopwatch.StartNew();
        Assert.Throws<FormatException>(() => TextPattern.Regex(new string('a', 100 << 20)));
        Assert.Throws<FormatException>(() => TextPattern.Regex("((((a{1000}){1000}){1000}){1000}){1000}"));
        Assert.Throws<FormatException>(() => TextPattern.Regex(new string('(', 60_000)));
        Assert.Throws<FormatException>(() => TextPattern.Regex(new string('[', 60_000)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    /// <summary>Each of these takes time exponential or quadratic in the text in engines that go back.</summary>
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+b")]
    [InlineData("(a*)*b")]
    [InlineData("(?:a?){200}a{200}b")]
    [InlineData("a.*b|a")]
    [InlineData("a*b")]
    [InlineData("(?:a|b|ab)*c|a")]
    [InlineData("a(?=a*b)|a")]
    public void FindAll_HostilePattern_IsLinear(string pattern)
    {
        var ours = TextPattern.Regex(pattern);
        var clock = Stopwatch.StartNew();
        ours.FindAll(new string('a', 200_000), []);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
    }
}
