using System.Text;
using System.Text.Json;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>Replies of sixteen families and what llama.cpp's parsers, or the families' publishers, make of them; see the golden
/// folder's README.</summary>
public class GoldenReplyTests
{
    /// <summary>Families and templates that are still to be built.</summary>
    private static readonly HashSet<string> Pending = [];

    [Fact]
    public void Parse_EveryGoldenReply_HoweverCut_GivesWhatIsExpected()
    {
        var random = new Random(20260704);
        var failures = new StringBuilder();
        var passed = new SortedDictionary<string, (int Passed, int Total)>(StringComparer.Ordinal);
        foreach (var test in GoldenReply.ReadAllOrSkip())
        {
            string? wrong = Check(test, random);
            string group = test.Template is { } t && Pending.Contains(t) ? t : test.Family;
            var (right, total) = passed.GetValueOrDefault(group);
            passed[group] = (wrong is null ? right + 1 : right, total + 1);
            if (wrong is not null && !Pending.Contains(group))
            {
                failures.AppendLine($"{test.Family} {test.Id} ({test.Template}): {wrong}");
            }
        }

        string counts = string.Join('\n', passed.Select(static p => $"{p.Key}: {p.Value.Passed} of {p.Value.Total}"));
        TestContext.Current.TestOutputHelper?.WriteLine(counts);
        Assert.True(failures.Length == 0, $"{failures}\n{counts}");
        Assert.True(passed.Values.Sum(static p => p.Total) >= 382, counts);
        foreach (string family in Pending)
        {
            Assert.False(passed[family].Passed == passed[family].Total, $"{family} passes: take it off the list");
        }
    }

    private static string? Check(GoldenReply test, Random random)
    {
        if (test.FindFormat() is not { } format)
        {
            return "no format";
        }

        var whole = ParsedReply.Read(format, test.ParserInput, test.Input);
        if (Compare(test, whole) is { } wrong)
        {
            return $"{format.Name}: {wrong}\n      input: {test.Input}\n      {whole}";
        }

        var cuts = Enumerable
            .Range(0, 8)
            .Select(i => ParsedReply.Cut(test.Input, random, 2 + i).ToList())
            .Prepend([.. test.Input.Select(static c => c.ToString())]);
        foreach (var pieces in cuts)
        {
            var cut = ParsedReply.Read(format, test.ParserInput, pieces);
            if (!cut.Equals(whole))
            {
                return $"{format.Name}: cut as [{string.Join('|', pieces)}] it gives\n      {cut}\n   instead of\n      {whole}";
            }
        }

        return null;
    }

    private static string? Compare(GoldenReply test, ParsedReply reply)
    {
        string reasoning = (test.Prefilled.Reasoning + reply.Reasoning).Trim();
        string content = (test.Prefilled.Content + reply.Content).Trim();
        return reasoning != test.Reasoning.Trim() ? $"reasoning should be '{test.Reasoning}'"
            : content != test.Content.Trim() ? $"content should be '{test.Content}'"
            : reply.Calls.Count != test.Calls.Count ? $"{test.Calls.Count} calls expected"
            : test
                .Calls.Zip(reply.Calls, (e, a) => Compare(e, a, test.IsPartial))
                .FirstOrDefault(static w => w is not null);
    }

    private static string? Compare(ParsedToolCall expected, ParsedToolCall actual, bool isPartial)
    {
        if (expected.Name != actual.Name || expected.Id != actual.Id)
        {
            return $"name or id should be '{expected.Name}', '{expected.Id}'";
        }

        if (isPartial)
        {
            // What is there of the arguments; white space of a prefix does not count.
            bool isPrefix = actual.Arguments.StartsWith(expected.Arguments.Trim(), StringComparison.Ordinal);
            return actual.Problem is null ? "it was cut off, and no problem says so"
                : isPrefix ? null
                : $"arguments should begin '{expected.Arguments}'";
        }

        return actual.Problem is not null ? actual.Problem
            : JsonElement.DeepEquals(JsonElement.Parse(expected.Arguments), JsonElement.Parse(actual.Arguments)) ? null
            : $"arguments should be '{expected.Arguments}'";
    }
}
