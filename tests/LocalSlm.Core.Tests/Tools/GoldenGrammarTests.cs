using System.Text;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>What models of a family really write must be allowed by its grammar.</summary>
public class GoldenGrammarTests
{
    private static readonly HashSet<string> Families =
    [
        "command-r",
        "firefunction",
        "functionary",
        "lfm2",
        "llama3-pythonic",
        "mistral",
        "nemotron",
        "qwen3-coder-xml",
    ];

    [Fact]
    public void BuildGrammar_GoldenCallsOfTheFamily_AreAccepted()
    {
        var failures = new StringBuilder();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var test in GoldenReply.ReadAllOrSkip().Where(t => Families.Contains(t.Family) && !t.IsPartial))
        {
            if (test.Calls.Count == 0)
            {
                continue;
            }

            var format = test.FindFormat()!;
            var grammar = format.BuildGrammar(GrammarSample.Input(test.ParserInput.Tools));
            string text = GrammarSample.BehindReasoning(format, test.ParserInput.PromptEnd, test.Input);
            counts[test.Family] = counts.GetValueOrDefault(test.Family) + 1;
            if (!IsAccepted(grammar, text))
            {
                failures.AppendLine($"{test.Family} {test.Id} ({format.Name}): {text}");
            }
        }

        string told = string.Join(", ", counts.Select(static c => $"{c.Key}: {c.Value}"));
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.True(failures.Length == 0, $"{failures}{told}");
        Assert.Equal(Families, counts.Keys.ToHashSet());
    }

    // A reply that must call begins with the call; one that may begins it somewhere in its text.
    private static bool IsAccepted(ToolGrammar grammar, string text)
    {
        string trimmed = text.Trim();
        return GrammarSample.Accepts(grammar.Forced, trimmed)
            || GrammarSample.Accepts(grammar.Forced, text.TrimEnd())
            || grammar.Triggers.Any(t =>
                trimmed.IndexOf(t.Text, StringComparison.Ordinal) is var at and >= 0
                && (at == 0 || !t.AtStart)
                && GrammarSample.Accepts(t.Rest, trimmed[(at + t.Text.Length)..])
            );
    }
}
