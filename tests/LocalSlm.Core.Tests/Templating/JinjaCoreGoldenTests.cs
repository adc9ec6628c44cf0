using System.Text;
using System.Text.Json;
using LocalSlm.Templating;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Templating;

/// <summary>Snippets rendered by Jinja2 3.1.6 as transformers sets it up; see the golden folder's README.</summary>
public class JinjaCoreGoldenTests
{
    [Fact]
    public void Render_EveryGoldenSnippet_EqualsJinja()
    {
        string path = TestAssets.GoldenOrSkip("jinja-core.json");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(path));
        Assert.Equal("localslm-jinja-core/1", golden.RootElement.GetProperty("format").GetString());
        var trusted = Variables(golden.RootElement.GetProperty("context"), GoldenValues.Plain);
        var callers = Variables(
            golden.RootElement.GetProperty("context"),
            json => GoldenValues.Convert(json, static (_, t) => new CallerText(t))
        );
        var failures = new StringBuilder();
        int count = 0;
        foreach (var test in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            string source = test.GetProperty("template").GetString()!;
            foreach (var variables in new[] { trusted, callers })
            {
                count++;
                string? wrong = Check(test, source, variables);
                if (wrong is not null)
                {
                    failures.AppendLine($"{test.GetProperty("id").GetString()}: {source}\n   {wrong}");
                }
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(count > 200, $"only {count} renders");
    }

    private static Dictionary<string, object?> Variables(JsonElement context, Func<JsonElement, object?> convert) =>
        context.EnumerateObject().ToDictionary(p => p.Name, p => convert(p.Value));

    private static string? Check(JsonElement test, string source, Dictionary<string, object?> variables)
    {
        string? expected = test.TryGetProperty("out", out var output) ? output.GetString() : null;
        var error = expected is null ? test.GetProperty("error") : default;
        // Python's sandbox refuses to change lists and dictionaries; this engine does not (docs/decisions/0003).
        bool lenient = expected is null && error.GetProperty("type").GetString() == "jinja2.exceptions.SecurityError";
        try
        {
            var spans = ChatTemplate
                .Parse(source)
                .Render(new ChatTemplateInput { Variables = variables, TimeProvider = FixedTime.Golden });
            GoldenValues.AssertWellFormed(spans);
            string actual = GoldenValues.Join(spans);
            return lenient || actual == expected ? null
                : expected is null ? $"expected error {error}, got '{actual}'"
                : $"expected '{expected}'\n        got '{actual}'";
        }
        catch (ChatTemplateException e)
        {
            return expected is not null || lenient ? $"expected '{expected}', got error {e.Message}"
                : error.GetProperty("type").GetString() == "jinja2.exceptions.TemplateError"
                && error.GetProperty("message").GetString() != e.Problem
                    ? $"expected error {error}, got {e.Problem}"
                : null;
        }
    }
}
