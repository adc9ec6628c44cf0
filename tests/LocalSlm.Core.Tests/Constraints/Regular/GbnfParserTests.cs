using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;
using Xunit;

namespace LocalSlm.Tests.Constraints.Regular;

/// <summary>The notation as llama.cpp's grammars/README.md (v0.4.0) describes it.</summary>
public sealed class GbnfParserTests
{
    private const string Arithmetic = """
        # an expression a line
        root  ::= (expr "=" ws term "\n")+
        expr  ::= term ([-+*/] term)*
        term  ::= ident | num | "(" ws expr ")" ws
        ident ::= [a-z] [a-z0-9_]* ws
        num   ::= [0-9]+ ws
        ws    ::= [ \t\n]*
        """;

    private const string List = """
        root ::= (
          # a comment within a group
          item+ |
          "none"
        ) "."?
        item ::= "- " [^\r\n\x0b\x0c\x85\u2028\u2029]+ "\n"
        """;

    [Theory]
    [InlineData(Arithmetic, "1+2*x=3\n", true)]
    [InlineData(Arithmetic, "(a_1 -2)*4 = y\nz=1\n", true)]
    [InlineData(Arithmetic, "1+=3\n", false)]
    [InlineData(Arithmetic, "1=3", false)]
    [InlineData(List, "- a\n- é😀\n", true)]
    [InlineData(List, "none.", true)]
    [InlineData(List, "- \n", false)]
    [InlineData("root ::= \"a\"{2} \"b\"{1,2} \"c\"{1,} \"d\"{0,0}", "aabcc", true)]
    [InlineData("root ::= \"a\"{2} \"b\"{1,2} \"c\"{1,} \"d\"{0,0}", "aabbbc", false)]
    [InlineData("root ::= \"a\"{2} \"b\"{1,2} \"c\"{1,} \"d\"{0,0}", "aabcd", false)]
    [InlineData("root ::= . .", "é😀", true)]
    [InlineData("root ::= . .", "é", false)]
    [InlineData("root ::= \"\\x41\\u00e9\\U0001F600\\\"\\\\\"", "Aé😀\"\\", true)]
    [InlineData("root ::= [\\]\\-a-c^]+", "]-b^", true)]
    [InlineData("root ::= [a-]+", "a-", true)]
    [InlineData("root ::= [^a-c]", "d", true)]
    [InlineData("root ::= [^a-c]", "b", false)]
    [InlineData("root ::= \"(\" root \")\" | ", "((()))", true)]
    [InlineData("root ::= \"(\" root \")\" | ", "(()", false)]
    [InlineData("root ::=\n  \"a\" |\n  b_2\r\nb_2 ::= \"b\"", "b", true)]
    [InlineData("root ::= (\"a\"+)? \"b\"", "aab", true)]
    public void Parse_Grammar_MatchesTexts(string grammar, string text, bool matches) =>
        Assert.Equal(matches, GrammarRecognizer.Matches(GbnfParser.Parse(grammar), text));

    [Theory]
    [InlineData("", null)]
    [InlineData("a ::= \"x\"", null)]
    [InlineData("root ::= missing", 9)]
    [InlineData("root ::= root \"a\" | \"b\"", 0)]
    [InlineData("root ::= a\na ::= \"x\"? b \"y\"\nb ::= a \"z\" | \"w\"", 11)]
    [InlineData("root ::= \"a\" root", 0)]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", 13)]
    [InlineData("root ::= (\"a\"", 9)]
    [InlineData("root ::= \"a\")", 12)]
    [InlineData("root ::= \"a", 9)]
    [InlineData("root ::= [a", 9)]
    [InlineData("root ::= [z-a]", 9)]
    [InlineData("root ::= \"\\q\"", 10)]
    [InlineData("root ::= \"\\u12\"", 10)]
    [InlineData("root ::= \"\\ud800\"", 10)]
    [InlineData("root ::= *", 9)]
    [InlineData("root ::= \"a\"{2,1}", 12)]
    [InlineData("root ::= \"a\"{x}", 13)]
    [InlineData("root ::= \"a\"{2", 12)]
    [InlineData("root ::= \"a\"{99999999999}", 13)]
    [InlineData("root = \"a\"", 5)]
    [InlineData("root ::= <[12]>", 9)]
    [InlineData("root ::= !<think>", 9)]
    [InlineData("root ::= \"a\" @", 13)]
    public void Parse_Malformed_IsRefusedWithItsPlace(string grammar, int? position)
    {
        var error = Assert.Throws<GrammarException>(() => GbnfParser.Parse(grammar));
        Assert.Equal(position, error.Position);
        Assert.Equal("grammar", error.GrammarSource);
    }

    [Fact]
    public void Parse_Marker_NamesTheControlToken()
    {
        var root = (RuleNode)GbnfParser.Parse("root ::= <think> \"a\" </think>");
        var names = ((SequenceNode)root.Body).Items.OfType<MarkerNode>().Select(marker => marker.Name);
        Assert.Equal(["<think>", "</think>"], names);
    }

    [Fact]
    public void Parse_Hostile_EndsSoon()
    {
        string[] grammars =
        [
            "root ::= " + new string('(', 100_000),
            "root ::= \"a\"" + new string('*', 500_000),
            string.Concat(Enumerable.Range(0, 30_000).Select(i => $"r{i} ::= r{i + 1}\n")),
            "root ::= r0\n"
                + string.Concat(Enumerable.Range(0, 15_000).Select(i => $"r{i} ::= r{i + 1} | \"\"\n"))
                + "r15000 ::= \"a\"",
            "root ::= r0\n"
                + string.Concat(Enumerable.Range(0, 15_000).Select(i => $"r{i} ::= r{(i + 1) % 15_000} \"a\"\n")),
            new string('\n', 1_000_001),
        ];
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var grammar in grammars)
        {
            try
            {
                GbnfParser.Parse(grammar);
            }
            catch (GrammarException) { }
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), clock.Elapsed.ToString());
    }
}
