using LocalSlm.Chat;

namespace LocalSlm.Tests.Chat;

public class ModelPromptFormatTests
{
    private static readonly ModelFacts Facts = new()
    {
        Path = "model",
        Runtime = "fake",
        Architecture = "unknown-to-built-ins",
        ChatTemplate = "own",
        NamedChatTemplates = new Dictionary<string, string> { ["tool_use"] = "tools", ["rag"] = "documents" },
    };

    [Theory]
    [InlineData(null, "own", "model")]
    [InlineData("default", "own", "model")]
    [InlineData("tool_use", "tools", "model:tool_use")]
    [InlineData("rag", "documents", "model:rag")]
    public void Choose_Name_TakesThatTemplateOfTheModel(string? name, string template, string source)
    {
        var chosen = Choose(Facts, new() { ChatTemplateName = name });

        Assert.Equal((template, source), chosen);
    }

    [Theory]
    [InlineData("Tool_Use")]
    [InlineData("")]
    public void Choose_NameThatTheModelLacks_IsRefusedWithThoseItHas(string name)
    {
        var error = Assert.Throws<ChatTemplateException>(() => Choose(Facts, new() { ChatTemplateName = name }));

        Assert.Contains($"named '{name}'. It has: default, rag, tool_use.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NameOfAModelWithoutTemplates_IsRefused()
    {
        var bare = Facts with { ChatTemplate = null, NamedChatTemplates = new Dictionary<string, string>() };

        var error = Assert.Throws<ChatTemplateException>(() => Choose(bare, new() { ChatTemplateName = "default" }));
        Assert.Contains("It has: none.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NamedTemplateThatCannotBeParsed_BreaksOnlyWhenUsed()
    {
        var chosen = ModelPromptFormat.Choose(
            Facts,
            new() { ChatTemplateName = "rag" },
            _ => throw new ChatTemplateException("no good")
        );

        Assert.Equal("model:rag", chosen.Source);
        Assert.IsType<BrokenPromptFormat>(chosen.Format);
    }

    [Fact]
    public void Choose_TemplateInTheOptions_GoesFirst() =>
        Assert.Equal(("given", "options"), Choose(Facts, new() { ChatTemplate = "given" }));

    private static (string? Template, string? Source) Choose(ModelFacts facts, ModelLoadOptions options)
    {
        string? parsed = null;
        var chosen = ModelPromptFormat.Choose(
            facts,
            options,
            template =>
            {
                parsed = template;
                return new BrokenPromptFormat(new ChatTemplateException(template));
            }
        );
        return (parsed, chosen.Source);
    }
}
