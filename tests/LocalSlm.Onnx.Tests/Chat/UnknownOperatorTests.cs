using LocalSlm.Onnx;
using LocalSlm.Tests.Format;
using Xunit;

namespace LocalSlm.Tests.Chat;

[Collection("native")]
public sealed class UnknownOperatorTests
{
    [Fact]
    public async Task LoadChatClientAsync_OperatorThatOnnxRuntimeDoesNotHave_IsNamed()
    {
        var graph = new GraphDraft()
            .Input("input_ids", GraphDraft.Int64, -1, -1)
            .Output("logits", GraphDraft.Float, -1, -1, 32)
            .Node("Frobnicate", "", ["input_ids"], ["logits"])
            .Cache(0, 2, 8)
            .Node("Identity", "", ["past_key_values.0.key"], ["present.0.key"])
            .Node("Identity", "", ["past_key_values.0.value"], ["present.0.value"]);
        using var draft = FolderDraft.GenAi(graph);

        var error = await Assert.ThrowsAsync<ModelLoadException>(() =>
            OnnxModel.LoadChatClientAsync(draft.Path, cancellationToken: TestContext.Current.CancellationToken)
        );

        Assert.Contains("Frobnicate", error.Message, StringComparison.Ordinal);
    }
}
