using LocalSlm.Testing;

namespace LocalSlm.Tests.Chat;

/// <summary>A real model, bound by schemas and tools, on llama.cpp.</summary>
[Collection("native")]
public sealed class BoundReplyTests(MiniMindFixture minimind) : IClassFixture<MiniMindFixture>
{
    [Fact]
    public Task GetResponse_TypedReplies_AreOfTheirType() =>
        BoundReplies.TypedReplies_AtAnyTemperature_AreOfTheirType(minimind.Client, seeds: 6);

    [Fact]
    public Task GetResponse_RequiredCalls_AreValid() =>
        BoundReplies.RequiredCalls_AtAnyTemperature_AreValid(minimind.Client, seeds: 10);

    [Fact]
    public Task GetResponse_OtherBounds_Hold() => BoundReplies.OtherBounds_Hold(minimind.Client);

    [Fact]
    public void Info_ToolFormat_IsTheOneOfTheTemplate() => Assert.Equal("hermes", minimind.Model.Info.ToolFormat);
}
