using System.Text.Json;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>Groups of the public JSON-Schema-Test-Suite.</summary>
public sealed class SchemaSuiteTests
{
    private static readonly string[] NeverRefused =
    [
        "additionalProperties.json",
        "anchor.json",
        "anyOf.json",
        "boolean_schema.json",
        "const.json",
        "enum.json",
        "exclusiveMaximum.json",
        "exclusiveMinimum.json",
        "items.json",
        "maxItems.json",
        "maxLength.json",
        "maximum.json",
        "minItems.json",
        "minLength.json",
        "minimum.json",
        "pattern.json",
        "prefixItems.json",
        "properties.json",
        "ref.json",
        "required.json",
        "type.json",
    ];

    /// <summary>Whether a label in Punycode is valid is nothing that an automaton tells: names with one are never generated.</summary>
    private static readonly string[] Narrowed =
    [
        "optional/format/hostname.json | validation of A-label (punycode) host names",
    ];

    private static string RefusalsPath =>
        Path.Combine(
            TestAssets.RepositoryRoot,
            "tests/LocalSlm.Core.Tests/Constraints/JsonSchema/suite-2020-12.refusals.txt"
        );

    [Fact]
    public void Compile_SuiteGroups_AreJudgedRightOrRefusedAsListed()
    {
        using var file = JsonDocument.Parse(
            File.ReadAllBytes(TestAssets.GoldenOrSkip("jsonschema/suite-2020-12.json"))
        );
        var failures = new List<string>();
        var narrowed = new SortedSet<string>(StringComparer.Ordinal);
        var refused = new List<string>();
        var random = new Random(2);
        var (groups, reordered) = (0, 0);

        // 'false' and an empty enum are schemas like others here; a request with one is refused.
        var settings = new JsonSchemaSettings { AllowUnsatisfiable = true };
        foreach (var group in file.RootElement.GetProperty("groups").EnumerateArray())
        {
            groups++;
            var name = $"{group.GetProperty("file").GetString()} | {group.GetProperty("description").GetString()}";
            try
            {
                var matcher = SchemaGrammars.Compile(group.GetProperty("schema"), settings);
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    var text = test.GetProperty("text").GetString()!;
                    var accepted = SchemaGrammars.Accepts(matcher, text, random);
                    if (test.GetProperty("valid").GetBoolean() && !accepted)
                    {
                        accepted = KeyOrders.Of(text).Any(order => SchemaGrammars.Accepts(matcher, order, random));
                        reordered += accepted ? 1 : 0;
                    }

                    if (!accepted && test.GetProperty("valid").GetBoolean() && Narrowed.Contains(name))
                    {
                        narrowed.Add($"{name} | narrower: some valid texts are not generated");
                    }
                    else if (accepted != test.GetProperty("valid").GetBoolean())
                    {
                        failures.Add($"{name}: {(accepted ? "accepted" : "blocked")} {text}");
                    }
                }
            }
            catch (UnsupportedSchemaException refusal)
            {
                Assert.NotNull(refusal.Keyword);
                refused.Add($"{name} | #{refusal.Path} {refusal.Keyword}");
            }
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{groups} groups, {refused.Count} refused, {reordered} instances reordered"
        );
        Assert.True(failures.Count == 0, $"{failures.Count} failures\n" + string.Join('\n', failures.Take(200)));
        Assert.Equal(181, groups);
        Assert.DoesNotContain(
            refused,
            line => NeverRefused.Any(name => line.StartsWith(name, StringComparison.Ordinal))
        );
        var listed = File.ReadAllLines(RefusalsPath).Where(line => line.Length > 0 && line[0] != '#');
        Assert.Equal(listed, refused.Concat(narrowed).Order(StringComparer.Ordinal));
    }
}
