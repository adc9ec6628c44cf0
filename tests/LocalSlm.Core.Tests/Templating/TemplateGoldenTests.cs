using System.Text;
using System.Text.Json;
using LocalSlm.Templating;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Templating;

/// <summary>Published chat templates rendered by transformers; see the golden folder's README.</summary>
public class TemplateGoldenTests
{
    [Fact]
    public void Render_EveryGoldenTemplateAndConversation_EqualsTransformers()
    {
        string folder = TestAssets.GoldenOrSkip("templates");
        var failures = new StringBuilder();
        int count = 0;
        using var conversations = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "conversations.json")));
        var byName = conversations
            .RootElement.GetProperty("conversations")
            .EnumerateArray()
            .ToDictionary(c => c.GetProperty("name").GetString()!);
        foreach (string file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            using var golden = JsonDocument.Parse(File.ReadAllBytes(file));
            if (golden.RootElement.GetProperty("format").GetString() != "localslm-template-golden/1")
            {
                continue;
            }

            var template = ChatTemplate.Parse(golden.RootElement.GetProperty("template").GetString()!);
            var specialTokens = golden.RootElement.GetProperty("special_tokens");
            foreach (var test in golden.RootElement.GetProperty("cases").EnumerateArray())
            {
                count++;
                string name = test.GetProperty("conv").GetString()!;
                var tokens = test.TryGetProperty("special_tokens", out var own) ? own : specialTokens;
                string? wrong = Check(template, test, byName[name], tokens);
                if (wrong is not null && failures.Length < 20_000)
                {
                    failures.AppendLine($"{Path.GetFileNameWithoutExtension(file)} × {name}:\n   {wrong}");
                }
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(count > 1000, $"only {count} renders");
    }

    internal static Dictionary<string, object?> Variables(
        JsonElement conversation,
        JsonElement specialTokens,
        Func<JsonElement, object?> convert
    )
    {
        var variables = new Dictionary<string, object?>
        {
            ["messages"] = convert(conversation.GetProperty("messages")),
            ["tools"] = convert(conversation.GetProperty("tools")),
            ["documents"] = convert(conversation.GetProperty("documents")),
            ["add_generation_prompt"] = conversation.GetProperty("add_generation_prompt").GetBoolean(),
        };
        foreach (
            var token in specialTokens.EnumerateObject().Concat(conversation.GetProperty("kwargs").EnumerateObject())
        )
        {
            variables[token.Name] = GoldenValues.Plain(token.Value);
        }

        return variables;
    }

    private static string? Check(
        ChatTemplate template,
        JsonElement test,
        JsonElement conversation,
        JsonElement specialTokens
    )
    {
        string? expected = test.TryGetProperty("out", out var output) ? output.GetString() : null;
        var error = expected is null ? test.GetProperty("error") : default;
        var variables = Variables(conversation, specialTokens, GoldenValues.FromCaller);
        try
        {
            var spans = template.Render(
                new ChatTemplateInput { Variables = variables, TimeProvider = FixedTime.Golden }
            );
            GoldenValues.AssertWellFormed(spans);
            string actual = GoldenValues.Join(spans);
            if (expected is null)
            {
                return $"expected error {error}, got '{actual}'";
            }

            return actual == expected
                ? null
                : $"expected {Around(expected, actual)}\n        got {Around(actual, expected)}";
        }
        catch (ChatTemplateException e)
        {
            if (expected is not null)
            {
                return $"expected output, got error {e.Message}";
            }

            bool raised = error.GetProperty("type").GetString() == "jinja2.exceptions.TemplateError";
            return raised == e.RaisedByTemplate && (!raised || error.GetProperty("message").GetString() == e.Problem)
                ? null
                : $"expected error {error}, got {e.Message}";
        }
    }

    private static string Around(string text, string other)
    {
        int at = text.AsSpan().CommonPrefixLength(other);
        int start = Math.Max(0, at - 40);
        return JsonSerializer.Serialize(text[start..Math.Min(text.Length, at + 60)]);
    }
}
