using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

public sealed class PromptTests
{
    [Fact]
    public async Task GetResponse_HistoryEndsWithAssistant_IsContinued()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync([new(ChatRole.User, "u"), new(ChatRole.Assistant, "Once upon")]);

        Assert.Equal("<|im_start|>user\nu<|im_end|>\n<|im_start|>assistant\nOnce upon", model.LastPrompt);
    }

    [Fact]
    public async Task GetResponse_HistoryEndsWithEmptyAssistant_IsANewReply()
    {
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync([new(ChatRole.User, "u"), new(ChatRole.Assistant, "")]);

        Assert.Equal("<|im_start|>user\nu<|im_end|>\n<|im_start|>assistant\n", model.LastPrompt);
    }

    [Fact]
    public async Task GetResponse_RawCompletion_PromptIsTheTextBehindTheStartToken()
    {
        var model = new FakeChatModel(hasTemplate: false);

        await model.Client.GetResponseAsync(
            [new(ChatRole.User, "Once upon "), new(ChatRole.Assistant, "a time<|im_end|>")],
            new() { RawCompletion = true }
        );

        Assert.Equal("<s>Once upon a time<|im_end|>", model.LastPrompt);
        Assert.DoesNotContain(model.Generator.Requests[0].Prompt, model.Tokenizer.IsEndOfGeneration);
    }

    [Fact]
    public void GetStreamingResponse_NoTemplate_SaysSoWithTheRemedy()
    {
        var error = Assert.Throws<UnsupportedModelException>(() =>
            new FakeChatModel(hasTemplate: false).Client.GetStreamingResponseAsync([new(ChatRole.User, "u")])
        );

        Assert.Equal("fake-arch", error.Architecture);
        Assert.Contains("RawCompletion", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_OwnTemplate_IsParsedOnceAndUsed()
    {
        var model = new FakeChatModel();
        var options = new ChatOptions { ChatTemplate = "{{ messages }}" };

        await model.Client.GetResponseAsync([new(ChatRole.User, "u")], options);
        await model.Client.GetResponseAsync([new(ChatRole.User, "v")], options);

        Assert.Equal(["{{ messages }}"], model.ParsedTemplates);
        Assert.Equal(2, model.RequestFormat.Inputs.Count);
        Assert.Empty(model.Format.Inputs);
    }

    [Fact]
    public void GetStreamingResponse_RawCompletionWithTemplate_Throws()
    {
        Assert.Throws<ArgumentException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync(
                [new(ChatRole.User, "u")],
                new() { RawCompletion = true, ChatTemplate = "x" }
            )
        );
    }

    [Fact]
    public async Task GetResponse_TemplateVariables_RequestWinsOverModel()
    {
        var model = new FakeChatModel(
            variables: new Dictionary<string, object?> { ["enable_thinking"] = true, ["date"] = "monday" }
        );

        await model.Client.GetResponseAsync(
            [new(ChatRole.User, "u")],
            new() { ChatTemplateVariables = new Dictionary<string, object?> { ["enable_thinking"] = false } }
        );

        var variables = model.Format.Inputs[0].Variables;
        Assert.Equal((false, "monday"), (variables["enable_thinking"], variables["date"]));
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("bos_token")]
    public void GetStreamingResponse_ReservedTemplateVariable_IsRefusedByName(string name)
    {
        var error = Assert.Throws<ArgumentException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync(
                [new(ChatRole.User, "u")],
                new() { ChatTemplateVariables = new Dictionary<string, object?> { [name] = "x" } }
            )
        );

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CountPromptTokens_AnyRequest_IsWhatIsSent()
    {
        var model = new FakeChatModel();
        ChatMessage[] messages = [new(ChatRole.User, "héllo \U0001F600")];
        var options = new ChatOptions { Instructions = "short" };

        var counted = model.Client.CountPromptTokens(messages, options);
        var response = await model.Client.GetResponseAsync(messages, options);

        // By hand: 1+"system\n"+"short"+1+"\n" = 15; 1+"user\n"+7+1+"\n" = 15; 1+"assistant\n" = 11.
        Assert.Equal(41, counted);
        Assert.Equal(counted, model.Generator.Requests[0].Prompt.Length);
        Assert.Equal(counted, response.Usage!.InputTokenCount);
    }

    [Fact]
    public void CountPromptTokens_LongerThanTheContext_StillCounts()
    {
        var model = new FakeChatModel(contextTokens: 32);

        Assert.Equal(119, model.Client.CountPromptTokens([new(ChatRole.User, new string('x', 100))]));
    }
}
