using LocalSlm.Templating;

namespace LocalSlm.Tests.Templating;

public class ContinueFinalMessageTests
{
    private const string ChatMl =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    [Fact]
    public void Render_FinalAssistantMessage_EndsAfterItsContent() =>
        Assert.Equal(
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHel",
            Render(ChatMl, Message("user", new CallerText("Hi", 0)), Message("assistant", new CallerText("Hel", 1)))
        );

    [Fact]
    public void Render_SameTextEarlierAndLater_CutsAtTheOneFromTheFinalMessage() =>
        Assert.Equal(
            "[x][x",
            Render(
                "{% for m in messages %}[{{ m.content }}]{% endfor %} x x",
                Message("user", new CallerText("x")),
                Message("assistant", new CallerText("x"))
            )
        );

    [Fact]
    public void Render_TrimmedContent_EndsWithItsLastPrintedCharacter() =>
        Assert.Equal(
            "[a]{b c",
            Render("[a]{{ '{' ~ messages[-1].content | trim ~ '}' }}", Message("assistant", new CallerText(" b c \n")))
        );

    [Fact]
    public void Render_PlainStringContent_IsFoundToo() =>
        Assert.Equal("<|im_start|>assistant\nHel", Render(ChatMl, Message("assistant", "Hel")));

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData(null)]
    public void Render_EmptyContent_EndsWhereItWouldStand(string? content) =>
        Assert.Equal(
            "<|im_start|>assistant\n",
            Render(ChatMl, Message("assistant", content is null ? null : new CallerText(content)))
        );

    [Fact]
    public void Render_ContentInParts_EndsAfterTheLastText() =>
        Assert.Equal(
            "(a)(b",
            Render(
                "{% for p in messages[-1].content %}({{ p.text }}){% endfor %}",
                Message(
                    "assistant",
                    new List<object?>
                    {
                        new Dictionary<string, object?> { ["type"] = "text", ["text"] = new CallerText("a") },
                        new Dictionary<string, object?> { ["type"] = "text", ["text"] = new CallerText("b") },
                    }
                )
            )
        );

    [Fact]
    public void Render_TemplateThatDropsTheContent_SaysSo() =>
        Assert.Contains(
            "does not print",
            Assert
                .Throws<ChatTemplateException>(() => Render("nothing", Message("assistant", new CallerText("x"))))
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Render_NoMessages_SaysSo() => Assert.Throws<ChatTemplateException>(() => Render(ChatMl));

    [Fact]
    public void Render_GivenMessages_AreNotChanged()
    {
        var message = Message("assistant", new CallerText(""));
        Render(ChatMl, message);
        Assert.Equal("", ((CallerText)message["content"]!).Value);
    }

    private static Dictionary<string, object?> Message(string role, object? content) =>
        new() { ["role"] = role, ["content"] = content };

    private static string Render(string source, params object?[] messages)
    {
        var variables = new Dictionary<string, object?> { ["messages"] = messages, ["add_generation_prompt"] = false };
        var spans = ChatTemplate
            .Parse(source)
            .Render(new ChatTemplateInput { Variables = variables, ContinueFinalMessage = true });
        GoldenValues.AssertWellFormed(spans);
        return GoldenValues.Join(spans);
    }
}
