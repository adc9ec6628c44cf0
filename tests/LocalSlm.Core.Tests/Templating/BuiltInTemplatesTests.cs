using System.Text.Json;
using LocalSlm.Templating;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Templating;

/// <summary>Built-in templates against published ones of the same format (golden folder, templates <c>ct-*</c>).</summary>
public class BuiltInTemplatesTests
{
    [Theory]
    [InlineData("chatml", "ct-chatml", "<s>")]
    [InlineData("llama2", "ct-llama-2-chat", "")]
    [InlineData("llama3", "ct-llama-3-instruct", "")]
    [InlineData("gemma", "ct-gemma-it", "-<s>")]
    [InlineData("phi3", "ct-phi-3", "")]
    [InlineData("zephyr", "ct-zephyr", "")]
    [InlineData("mistral", "ct-mistral-instruct", "")]
    [InlineData("granite", "ct-granite-3.0-instruct", "")]
    [InlineData("vicuna", "ct-vicuna", "")]
    public void GetByName_PublishedFormat_RendersTheSame(string name, string golden, string difference)
    {
        using var published = JsonDocument.Parse(
            File.ReadAllBytes(TestAssets.GoldenOrSkip("templates", golden + ".json"))
        );
        using var conversations = JsonDocument.Parse(
            File.ReadAllBytes(TestAssets.GoldenOrSkip("templates", "conversations.json"))
        );
        var template = ChatTemplate.Parse(BuiltInTemplates.GetByName(name));
        int compared = 0;
        foreach (var conversation in conversations.RootElement.GetProperty("conversations").EnumerateArray())
        {
            string conversationName = conversation.GetProperty("name").GetString()!;
            if (conversationName is not ("user" or "user-noagp" or "system-user" or "multi" or "multi-noagp"))
            {
                continue;
            }

            // This published copy puts system text before [INST]; Mistral's own tokenizer puts it inside.
            if (name == "mistral" && conversationName is ("system-user" or "multi"))
            {
                continue;
            }

            string expected = published
                .RootElement.GetProperty("cases")
                .EnumerateArray()
                .Single(c => c.GetProperty("conv").GetString() == conversationName)
                .GetProperty("out")
                .GetString()!;
            var variables = TemplateGoldenTests.Variables(
                conversation,
                published.RootElement.GetProperty("special_tokens"),
                GoldenValues.FromCaller
            );
            string actual = GoldenValues.Join(template.Render(new ChatTemplateInput { Variables = variables }));
            // The published copies of ChatML and Gemma differ from the models' own in whether they begin with BOS.
            actual = difference.StartsWith('-') ? actual[(difference.Length - 1)..] : difference + actual;
            Assert.Equal(expected, actual);
            compared++;
        }

        Assert.Equal(name == "mistral" ? 3 : 5, compared);
    }

    [Fact]
    public void TryGetForArchitecture_OneFormatInUse_NamesIt()
    {
        Assert.True(BuiltInTemplates.TryGetForArchitecture("qwen2", out string? name, out string? source));
        Assert.Equal("chatml", name);
        Assert.Equal(BuiltInTemplates.GetByName("chatml"), source);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("no-such-architecture")]
    public void TryGetForArchitecture_AmbiguousOrUnknown_DoesNotGuess(string architecture) =>
        Assert.False(BuiltInTemplates.TryGetForArchitecture(architecture, out _, out _));

    [Fact]
    public void GetByName_Unknown_NamesThoseThereAre() =>
        Assert.Contains(
            "chatml",
            Assert.Throws<ArgumentException>(() => BuiltInTemplates.GetByName("nope")).Message,
            StringComparison.Ordinal
        );
}
