using LocalSlm.Testing;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>The guide's table of families says what the formats are.</summary>
public class FamiliesTableTests
{
    [Fact]
    public void FamiliesTable_HasARowForEachFormatThatTellsWhatItIs()
    {
        var rows = File.ReadLines(Path.Combine(TestAssets.RepositoryRoot, "docs", "guide", "tools.md"))
            .SkipWhile(static l => !l.StartsWith("| name | models |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(static l => l.StartsWith('|'))
            .Select(Cells)
            .ToDictionary(static c => c[0].Trim('`'));

        Assert.Equal(ToolFormats.All.Select(static f => f.Name).Order(), rows.Keys.Order());
        foreach (var format in ToolFormats.All)
        {
            var cells = rows[format.Name];
            Assert.Equal(6, cells.Length);
            Assert.NotEqual("", cells[1]);
            Assert.NotEqual("", cells[2]);
            Assert.Equal((format.Name, Thinking(format)), (format.Name, cells[3]));
            Assert.Equal((format.Name, MakesSeveralCalls(format) ? "yes" : "no"), (format.Name, cells[4]));
            string verified = format.Evidence == ToolFormatEvidence.Goldens ? "golden" : "published";
            Assert.Equal((format.Name, verified), (format.Name, cells[5]));
        }
    }

    // A bar within a cell is escaped.
    private static string[] Cells(string row) =>
        [
            .. row.Replace("\\|", "\u0001", StringComparison.Ordinal)
                .Trim('|')
                .Split('|')
                .Select(static c => c.Trim().Replace('\u0001', '|')),
        ];

    private static string Thinking(ToolFormat format) =>
        format.Reasoning is { } tags ? $"`{tags.Open}`"
        : format.AlwaysParses ? "channels"
        : "";

    private static bool MakesSeveralCalls(ToolFormat format)
    {
        const string Ping = "ping";
        var several = GrammarSample.Matcher(format.BuildGrammar(GrammarSample.Input([ReplySample.Ping])).Forced);
        string text = format.Wording.WriteCalls([
            new ParsedToolCall(null, Ping, "{}"),
            new ParsedToolCall(null, Ping, "{}"),
        ]);
        string reply = format.Name == "functionary-v3.2" ? text[">>>".Length..] : text;
        return several.TryAdvance(System.Text.Encoding.UTF8.GetBytes(reply)) && several.IsComplete;
    }
}
