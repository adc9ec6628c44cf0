using LocalSlm.Gguf;
using LocalSlm.Onnx;
using LocalSlm.Onnx.Runtime;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Hosting;

/// <summary>Models of both runtimes that decode at once in one process.</summary>
public sealed class SharedCoresTests
{
    private static readonly int[] s_prompt = [1, 31, 12, 7, 45, 3, 22, 9];

    [Fact]
    public async Task Decode_GgufAndOnnxAtOnce_EachGivesWhatItGivesAloneAndThenHasAllCoresAgain()
    {
        var options = new ModelLoadOptions
        {
            ContextTokens = 256,
            MaxConcurrentReplies = 1,
            CachedConversations = 0,
            Threads = Math.Max(2, Environment.ProcessorCount),
        };
        using var gguf = await new GgufRuntime(
            new GgufRuntimeOptions { NativeDirectory = TestAssets.NativeDirectory }
        ).OpenAsync(TestAssets.MiniMindPath, options, NullLoggerFactory.Instance, null, CancellationToken.None);
        using var onnx = await new OnnxModelRuntime().OpenAsync(
            TestAssets.MiniMindOnnxFolder,
            options,
            NullLoggerFactory.Instance,
            null,
            CancellationToken.None
        );
        var expectedGguf = GreedyLoop.Generate(gguf.Decoder, s_prompt, 64);
        var expectedOnnx = GreedyLoop.Generate(onnx.Decoder, s_prompt, 64);
        var processor = ((OnnxTokenDecoder)onnx.Decoder).Processor!;
        var least = int.MaxValue;

        var both = GreedyLoop.GenerateTogether(
            onnx.Decoder,
            gguf.Decoder,
            s_prompt,
            64,
            () => least = Math.Min(least, processor.Share)
        );

        Assert.Equal(expectedOnnx, both.First);
        Assert.Equal(expectedGguf, both.Second);
        Assert.True(least < options.Threads, "They never shared the cores.");
        GreedyLoop.StepUntil(onnx.Decoder, s_prompt, () => processor.Share == options.Threads);
    }
}
