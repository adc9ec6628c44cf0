using LocalSlm.Gguf.Runtime;
using LocalSlm.Hardware;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Runtime;

/// <summary>Two models of one process that decode at once.</summary>
[Collection("native")]
public sealed class SharedCoresTests
{
    private static readonly int[] s_prompt = [1, 31, 12, 7, 45, 3, 22, 9];

    [Fact]
    public async Task Decode_TwoModelsAtOnce_GivesWhatEachGivesAloneAndThenHasAllCoresAgain()
    {
        var threads = Math.Max(2, ProcessorTopology.Detect().ComputeThreads);
        var options = LoadedModels.SmallOptions();
        options.Threads = threads;
        options.AdaptThreads = true;
        using var first = await LoadedModels.OpenAsync(TestAssets.MiniMindPath, options);
        using var second = await LoadedModels.OpenAsync(TestAssets.MiniMindPath, options);
        var decoder = (GgufTokenDecoder)first.Decoder;
        var expected = GreedyLoop.Generate(decoder, s_prompt, 64);
        var least = int.MaxValue;

        var both = GreedyLoop.GenerateTogether(
            decoder,
            second.Decoder,
            s_prompt,
            64,
            () => least = Math.Min(least, decoder.Share)
        );

        Assert.Equal(expected, both.First);
        Assert.Equal(expected, both.Second);
        Assert.True(least < threads, "They never shared the cores.");
        GreedyLoop.StepUntil(decoder, s_prompt, () => decoder.Share == threads);
    }
}
