using System.Text.Json;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>The schemas of the golden data, whose instances were judged by Python's jsonschema with its format checker.</summary>
public sealed class SchemaGoldenTests
{
    [Fact]
    public void Compile_GoldenSchemas_AcceptsValidAndBlocksInvalidInstances()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(TestAssets.GoldenOrSkip("jsonschema/schemas.json")));
        var failures = new List<string>();
        var refused = new List<string>();
        var random = new Random(1);
        var (schemas, instances) = (0, 0);
        foreach (var entry in file.RootElement.GetProperty("schemas").EnumerateArray())
        {
            schemas++;
            var schema = entry.GetProperty("schema");
            try
            {
                var matcher = SchemaGrammars.Compile(schema);
                foreach (var valid in entry.GetProperty("valid").EnumerateArray())
                {
                    instances++;
                    if (!SchemaGrammars.Accepts(matcher, valid.GetString()!, random))
                    {
                        failures.Add($"{schema.GetRawText()}\n  blocked: {valid.GetString()}");
                    }
                }

                foreach (var invalid in entry.GetProperty("invalid").EnumerateArray())
                {
                    instances++;
                    if (SchemaGrammars.Accepts(matcher, invalid.GetString()!, random))
                    {
                        failures.Add($"{schema.GetRawText()}\n  accepted: {invalid.GetString()}");
                    }
                }
            }
            catch (UnsupportedSchemaException refusal)
            {
                refused.Add($"{schema.GetRawText()}: {refusal.Message}");
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{schemas} schemas, {instances} instances, {refused.Count} refused");
        Assert.True(failures.Count == 0, $"{failures.Count} failures\n" + string.Join('\n', failures.Take(80)));
        Assert.True(schemas >= 77 && refused.Count <= 10, string.Join('\n', refused));
    }

    [Fact]
    public void Compile_GoldenSchemas_TakesLittleTime()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(TestAssets.GoldenOrSkip("jsonschema/schemas.json")));
        var times = new List<(double Ms, string Schema)>();
        foreach (var entry in file.RootElement.GetProperty("schemas").EnumerateArray())
        {
            try
            {
                var schema = entry.GetProperty("schema");
                times.Add((SchemaGrammars.Time(schema), schema.GetRawText()));
            }
            catch (UnsupportedSchemaException)
            {
                // The other test counts them.
            }
        }

        times.Sort();
        var report = $"median {times[times.Count / 2].Ms:0.00} ms, slowest {string.Join("; ", times.TakeLast(5))}";
        TestContext.Current.SendDiagnosticMessage(report);
        Assert.True(times[^1].Ms < 1000, report);
    }
}
