using LocalSlm.Testing;

namespace LocalSlm.Tests.Runtime;

/// <summary>Damaged models, opened and computed by the native library in a process of their own: whatever the managed checks let
/// through must end with a result or a typed error there. The seeds are fixed; a longer campaign is
/// <c>LocalSlm.OnnxProbe mutate FOLDER FILE FIRST COUNT</c>.</summary>
public sealed class NativeMutationTests
{
    [Theory]
    [InlineData("model.onnx", 250)]
    [InlineData("genai_config.json", 150)]
    [InlineData("tokenizer.json", 50)]
    public async Task Open_MutatedFile_EndsWithAResultOrATypedError(string file, int count)
    {
        var model = TestAssets.ModelOrSkip("tiny-llama-genai-fp32");
        var probe = await new OnnxProbe().RunAsync("mutate", model, file, "0", $"{count}");

        var ends = probe.Lines("end");
        Assert.True(probe.ExitCode == 0, $"{probe.Lines("begin").LastOrDefault()} ended the process: {probe.Errors}");
        Assert.Equal(count, ends.Length);
        Assert.DoesNotContain(ends, static line => line.Contains("untyped", StringComparison.Ordinal));

        // Not everything is refused at the door.
        Assert.True(
            file == "tokenizer.json" || ends.Any(static line => line.Contains("opened", StringComparison.Ordinal)),
            "No damaged model was computed."
        );
        Assert.Contains(ends, static line => line.EndsWith("Exception", StringComparison.Ordinal));
    }
}
