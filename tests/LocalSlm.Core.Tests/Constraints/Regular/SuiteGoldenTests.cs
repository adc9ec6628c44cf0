using System.Text.Json;
using LocalSlm.Constraints.Regular;
using LocalSlm.Testing;
using Xunit;

namespace LocalSlm.Tests.Constraints.Regular;

/// <summary>Patterns and formats of the public JSON-Schema-Test-Suite and of the schemas beside it.</summary>
public sealed class SuiteGoldenTests
{
    private static readonly string[] NotSupported = ["regex", "idn-hostname"];

    [Fact]
    public void FromPattern_SuiteGroups_JudgesEveryString()
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var (schema, text, isValid) in ReadStrings())
        {
            if (!schema.TryGetProperty("pattern", out var pattern) || schema.EnumerateObject().Count() > 3)
            {
                continue;
            }

            count++;
            var automaton = CharAutomaton.FromPattern(pattern.GetString()!);
            Compare(failures, pattern.ToString(), automaton, text, isValid);
        }

        Assert.True(count > 90, $"{count} cases");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void Find_SuiteGroups_JudgesEveryString()
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var (schema, text, isValid) in ReadStrings())
        {
            if (!schema.TryGetProperty("format", out var format) || NotSupported.Contains(format.GetString()))
            {
                continue;
            }

            // Whether an A-label decodes to a valid name is more than an automaton tells: all are left out.
            var isOut = format.GetString() == "hostname" && text.Contains("xn--", StringComparison.OrdinalIgnoreCase);
            count++;
            if (StringFormats.Find(format.GetString()!) is not { } automaton)
            {
                failures.Add($"{format}: not known");
                continue;
            }

            Compare(failures, format.ToString(), automaton, text, isValid && !isOut);
        }

        Assert.True(count > 250, $"{count} cases");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Theory]
    [InlineData("\\a")]
    [InlineData("(?P<name>x)")]
    [InlineData("(?P<n>a)(?P=n)")]
    [InlineData("(?#comment)a")]
    [InlineData("(?i)abc")]
    [InlineData("(?ims)abc")]
    [InlineData("(?<n>a)\\k<n>")]
    [InlineData("(?<=a+)b")]
    [InlineData("^(abc]")]
    public void FromPattern_NotEcmaOrNotRegular_IsRefused(string pattern)
    {
        var error = Assert.Throws<GrammarException>(() => CharAutomaton.FromPattern(pattern));
        Assert.NotNull(error.Position);
    }

    private static void Compare(List<string> failures, string what, CharAutomaton automaton, string text, bool isValid)
    {
        var value = JsonSerializer.Deserialize<string>(text)!;
        var inner = text[1..^1];
        if (automaton.Accepts(value) != isValid)
        {
            failures.Add($"{what}: {text} is {(isValid ? "valid" : "invalid")}");
        }

        foreach (
            var (name, got) in (IEnumerable<(string, bool)>)
                [
                    ("UTF-8", automaton.ToUtf8().Accepts(value)),
                    ("JSON", automaton.ToJsonString().Accepts(inner)),
                    ("escaped", automaton.ToJsonString().Accepts(JsonStrings.EscapeAll(value))),
                    ("plain", automaton.ToJsonString(JsonEscaping.Needed).Accepts(JsonStrings.EscapeNeeded(value))),
                ]
        )
        {
            if (got != isValid)
            {
                failures.Add($"{what}: {text} as {name} is {(isValid ? "valid" : "invalid")}");
            }
        }
    }

    private static IEnumerable<(JsonElement Schema, string Text, bool IsValid)> ReadStrings()
    {
        using var suite = JsonDocument.Parse(
            File.ReadAllBytes(TestAssets.GoldenOrSkip("jsonschema", "suite-2020-12.json"))
        );
        foreach (var group in suite.RootElement.GetProperty("groups").EnumerateArray())
        {
            if (group.GetProperty("schema").ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var text = test.GetProperty("text").GetString()!;
                if (text.StartsWith('"') && !IsFormatAnnotation(group))
                {
                    yield return (group.GetProperty("schema"), text, test.GetProperty("valid").GetBoolean());
                }
            }
        }

        using var schemas = JsonDocument.Parse(
            File.ReadAllBytes(TestAssets.GoldenOrSkip("jsonschema", "schemas.json"))
        );
        foreach (var entry in schemas.RootElement.GetProperty("schemas").EnumerateArray())
        {
            var schema = entry.GetProperty("schema");
            if (
                schema.ValueKind != JsonValueKind.Object
                || !schema.TryGetProperty("type", out var type)
                || type.ToString() != "string"
                || schema.TryGetProperty("minLength", out _)
            )
            {
                continue;
            }

            foreach (var isValid in (bool[])[true, false])
            {
                foreach (var text in entry.GetProperty(isValid ? "valid" : "invalid").EnumerateArray())
                {
                    if (text.GetString()!.StartsWith('"'))
                    {
                        yield return (schema, text.GetString()!, isValid);
                    }
                }
            }
        }
    }

    private static bool IsFormatAnnotation(JsonElement group) =>
        group.GetProperty("schema").TryGetProperty("format", out _)
        && !group.GetProperty("file").GetString()!.StartsWith("optional/format/", StringComparison.Ordinal);
}
