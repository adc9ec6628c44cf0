using System.Reflection;
using System.Runtime.CompilerServices;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

public sealed class MessageContentTests
{
    private static readonly string[] s_honoured =
    [
        nameof(FunctionCallContent),
        nameof(FunctionResultContent),
        nameof(TextContent),
        nameof(TextReasoningContent),
    ];

    // Bookkeeping of an earlier reply: accepted, and nothing for a model to read.
    private static readonly string[] s_withoutEffect = [nameof(UsageContent)];

    private static readonly string[] s_refused =
    [
        nameof(AIContent),
        nameof(CodeInterpreterToolCallContent),
        nameof(CodeInterpreterToolResultContent),
        nameof(DataContent),
        nameof(ErrorContent),
        nameof(HostedFileContent),
        nameof(HostedVectorStoreContent),
        "ImageGenerationToolCallContent",
        "ImageGenerationToolResultContent",
        nameof(InputRequestContent),
        nameof(InputResponseContent),
        nameof(McpServerToolCallContent),
        nameof(McpServerToolResultContent),
        nameof(ToolApprovalRequestContent),
        nameof(ToolApprovalResponseContent),
        nameof(ToolCallContent),
        nameof(ToolResultContent),
        nameof(UriContent),
        "WebSearchToolCallContent",
        "WebSearchToolResultContent",
    ];

    [Fact]
    public void AIContent_EveryType_IsDecidedOn()
    {
        var types = ContentTypes().Select(type => type.Name).Order();

        Assert.Equal(types, s_honoured.Concat(s_withoutEffect).Concat(s_refused).Order());
    }

    [Fact]
    public void GetStreamingResponse_RefusedContents_ThrowAtTheCallAndNameTheType()
    {
        foreach (var type in ContentTypes().Where(type => s_refused.Contains(type.Name)))
        {
            // Nothing in it is read before it is refused, so that it need not be built soundly.
            var content = (AIContent)RuntimeHelpers.GetUninitializedObject(type);

            var error = Assert.Throws<NotSupportedException>(() =>
                new FakeChatModel().Client.GetStreamingResponseAsync([
                    new ChatMessage(ChatRole.User, [new TextContent("look"), content]),
                ])
            );

            Assert.Contains(type.Name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task GetResponse_AllRoles_AreRenderedInOrder()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync([
            new(ChatRole.System, "s"),
            new(ChatRole.User, "u"),
            new(ChatRole.Assistant, "a"),
            new(ChatRole.Tool, "t"),
            new(ChatRole.User, "v"),
        ]);

        Assert.Equal(
            "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nu<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n"
                + "<|im_start|>tool\nt<|im_end|>\n<|im_start|>user\nv<|im_end|>\n<|im_start|>assistant\n",
            model.LastPrompt
        );
    }

    [Fact]
    public void GetStreamingResponse_UnknownRole_IsRefusedByName()
    {
        var error = Assert.Throws<NotSupportedException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync([new(new ChatRole("developer"), "x")])
        );

        Assert.Contains("developer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("system")]
    [InlineData("tool")]
    public void GetStreamingResponse_TemplateLeavesARoleOut_IsRefusedByName(string role)
    {
        var model = new FakeChatModel();
        model.Format.DroppedRoles.Add(role);

        var error = Assert.Throws<NotSupportedException>(() =>
            model.Client.GetStreamingResponseAsync([new(new ChatRole(role), "important"), new(ChatRole.User, "u")])
        );

        Assert.Contains($"'{role}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_SeveralTextParts_AreOneText()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync([
            new(
                ChatRole.User,
                [new TextContent("a "), new TextContent(""), new UsageContent(new()), new TextContent("b")]
            ),
        ]);

        Assert.Equal("a b", model.Format.Inputs[0].Messages[0].Content);
    }

    [Fact]
    public async Task GetResponse_EmptyContents_DoNoHarm()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync([
            new(ChatRole.System, ""),
            new(ChatRole.User, ""),
            new(ChatRole.Assistant, []),
            new(ChatRole.User, (string?)null),
        ]);

        Assert.Equal(["", "", "", ""], model.Format.Inputs[^1].Messages.Select(message => message.Content));
    }

    [Fact]
    public async Task GetResponse_UserSpellsSpecialTokens_TheyStayText()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync([new(ChatRole.User, "<|im_end|>")]);

        // Ten characters, ten tokens; the special token would be one.
        var prompt = model.Generator.Requests[0].Prompt;
        Assert.Equal(1, prompt.Count(model.Tokenizer.IsEndOfGeneration));
        Assert.Contains("user\n<|im_end|><|im_end|>\n", model.LastPrompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_ReasoningInHistory_IsHandedToTheTemplateApartFromTheText()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync([
            new(ChatRole.User, "q"),
            new(
                ChatRole.Assistant,
                [new TextReasoningContent("hm"), new TextReasoningContent("m"), new TextContent("a")]
            ),
            new(ChatRole.User, "r"),
        ]);

        var message = model.Format.Inputs[0].Messages[1];
        Assert.Equal(("a", "hmm"), (message.Content, message.Reasoning));
    }

    [Fact]
    public void GetStreamingResponse_ReasoningThatCannotBeRead_IsRefusedByName()
    {
        var ofUser = new ChatMessage(ChatRole.User, [new TextReasoningContent("hm")]);
        var secret = new ChatMessage(ChatRole.Assistant, [new TextReasoningContent(null) { ProtectedData = "x" }]);

        var first = Assert.Throws<NotSupportedException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync([ofUser])
        );
        var second = Assert.Throws<NotSupportedException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync([secret])
        );

        Assert.Contains("TextReasoningContent", first.Message, StringComparison.Ordinal);
        Assert.Contains("ProtectedData", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetStreamingResponse_LoneSurrogate_ThrowsWithItsPlace()
    {
        // Attribute arguments are stored as UTF-8 and cannot hold lone surrogates; so they are written here.
        (string Text, int Place)[] cases = [("a\uD800b", 1), ("\uDC00", 0), ("\U0001F600x\uD83D", 3)];
        foreach (var (text, place) in cases)
        {
            var error = Assert.Throws<ArgumentException>(() =>
                new FakeChatModel().Client.GetStreamingResponseAsync([new(ChatRole.User, text)])
            );

            Assert.Contains($"character {place}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task GetResponse_WholeSurrogatePairs_AreFine()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync([new(ChatRole.User, "\U0001F600\U0001F601")]);

        Assert.Contains("\U0001F600\U0001F601", model.LastPrompt, StringComparison.Ordinal);
    }

    [Fact]
    public void GetStreamingResponse_NoMessages_Throws()
    {
        var client = new FakeChatModel().Client;

        Assert.Throws<ArgumentException>(() => client.GetStreamingResponseAsync([]));
        Assert.Throws<ArgumentNullException>(() => client.GetStreamingResponseAsync((IEnumerable<ChatMessage>)null!));
    }

    [Fact]
    public async Task GetResponse_Instructions_ComeFirstAndJoinTheSystemMessage()
    {
        var model = new FakeChatModel();
        var options = new ChatOptions { Instructions = "Be brief." };

        await model.Client.GetResponseAsync([new(ChatRole.User, "u")], options);
        await model.Client.GetResponseAsync([new(ChatRole.System, "S"), new(ChatRole.User, "u")], options);

        Assert.Equal(
            ["system: Be brief.", "user: u"],
            model.Format.Inputs.First(IsNoProbe).Messages.Select(m => $"{m.Role}: {m.Content}")
        );
        Assert.Equal(
            ["system: Be brief.\n\nS", "user: u"],
            model.Format.Inputs.Last(IsNoProbe).Messages.Select(m => $"{m.Role}: {m.Content}")
        );
    }

    private static bool IsNoProbe(LocalSlm.Chat.PromptInput input) =>
        !input.Messages.Any(message => message.Content == "LocalSlmProbe");

    private static IEnumerable<Type> ContentTypes() =>
        typeof(AIContent)
            .Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(AIContent)) && type is { IsAbstract: false, IsPublic: true });
}
