using System.Text.Json;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>Texts that the grammar lets through, judged by NJsonSchema.</summary>
public sealed class GeneratedTextTests
{
    private const int Texts = 25;

    [Fact]
    public async Task Compile_GoldenSchemas_LetsThroughWhatAnotherValidatorAccepts()
    {
        using var file = JsonDocument.Parse(
            await File.ReadAllBytesAsync(
                TestAssets.GoldenOrSkip("jsonschema/schemas.json"),
                TestContext.Current.CancellationToken
            )
        );
        var failures = new List<string>();
        var (schemas, texts) = (0, 0);
        foreach (var entry in file.RootElement.GetProperty("schemas").EnumerateArray())
        {
            var schema = entry.GetProperty("schema");
            var judge = await JudgeAsync(entry);
            if (judge is null)
            {
                continue;
            }

            List<string> generated;
            try
            {
                generated = new RandomTexts(schemas).Take(
                    JsonSchemaCompiler.Compile(schema, new JsonSchemaSettings()),
                    Texts
                );
            }
            catch (UnsupportedSchemaException)
            {
                continue;
            }

            // It takes the length of a string for the number of its UTF-16 units, where JSON Schema counts characters.
            if (schema.GetRawText().Contains("Length", StringComparison.Ordinal))
            {
                generated.RemoveAll(text =>
                    text.Any(char.IsSurrogate) || text.Contains("\\ud", StringComparison.OrdinalIgnoreCase)
                );
            }

            schemas++;
            texts += generated.Count;
            failures.AddRange(generated.Where(text => !judge(text)).Select(text => $"{schema.GetRawText()}\n  {text}"));
        }

        TestContext.Current.SendDiagnosticMessage($"{schemas} schemas, {texts} texts");
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)));
        Assert.True(schemas >= 30 && texts >= 500, $"{schemas} schemas, {texts} texts");
    }

    /// <summary>Gets the validator of a schema, where it judges the schema's own instances as they should be: it knows drafts up to 7.</summary>
    private static async Task<Func<string, bool>?> JudgeAsync(JsonElement entry)
    {
        try
        {
            var schema = await NJsonSchema.JsonSchema.FromJsonAsync(
                entry.GetProperty("schema").GetRawText(),
                TestContext.Current.CancellationToken
            );
            bool Judge(string text) => schema.Validate(text).Count == 0;
            return
                entry.GetProperty("valid").EnumerateArray().All(text => Judge(text.GetString()!))
                && !entry.GetProperty("invalid").EnumerateArray().Any(text => Judge(text.GetString()!))
                ? Judge
                : null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return null;
        }
    }
}
