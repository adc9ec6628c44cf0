using LocalSlm.Hardware;
using LocalSlm.Onnx.Interop;
using LocalSlm.Onnx.Runtime;
using LocalSlm.Testing;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Tests.Runtime;

/// <summary>Sessions that compute with fewer threads than they have, and get them back.</summary>
[Collection("native")]
public sealed class ProcessorUseTests
{
    private static readonly int[] s_prompt = [1, 31, 12, 7, 45, 3, 22, 9];
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(1);

    private static int Threads { get; } = Math.Max(2, ProcessorTopology.Detect().ComputeThreads);

    [Theory]
    [InlineData("grouped")]
    [InlineData("copied")]
    public async Task Decode_TwoTinyModelsAtOnce_GivesWhatEachGivesAlone(string name)
    {
        using var first = await LoadedOnnxModels.OpenTinyAsync(name, Options());
        using var second = await LoadedOnnxModels.OpenTinyAsync(name, Options());
        AssertSame(first, second, tokens: 200);
    }

    [Fact]
    public async Task Decode_TwoSmolLm2AtOnce_GivesWhatEachGivesAlone()
    {
        var path = TestAssets.ModelOrSkip("smollm2-135m-instruct-genai-int4");
        using var first = await LoadedOnnxModels.OpenAsync(path, Options());
        using var second = await LoadedOnnxModels.OpenAsync(path, Options());
        AssertSame(first, second, tokens: 64);
    }

    [Fact]
    public async Task Decode_TwoMiniMindAtOnce_GivesWhatEachGivesAlone()
    {
        using var first = await LoadedOnnxModels.OpenAsync(TestAssets.MiniMindOnnxFolder, Options());
        using var second = await LoadedOnnxModels.OpenAsync(TestAssets.MiniMindOnnxFolder, Options());
        AssertSame(first, second, tokens: 64);
    }

    [Fact]
    public async Task Hold_LibraryRefusesTheRun_TellsOnceAndLeavesTheThreads()
    {
        // A pool without workers of its own takes no run in the background.
        var options = Options();
        options.Threads = 1;
        using var model = await LoadedOnnxModels.OpenTinyAsync("grouped", options);
        var reasons = new List<string>();
        using (var workers = new HeldWorkers(SessionOf(model), 2, reasons.Add))
        {
            workers.Hold(2);
            workers.Hold(0);
            workers.Hold(1);
            Assert.Equal(0, workers.Count);
        }

        Assert.NotEmpty(Assert.Single(reasons));
    }

    [Fact]
    public async Task Decode_FixedThreads_HoldsNobody()
    {
        var options = Options();
        options.AdaptThreads = false;
        using var model = await LoadedOnnxModels.OpenTinyAsync("grouped", options);
        var members = ProcessorShare.MemberCount;
        _ = GreedyLoop.Generate(model.Decoder, s_prompt, 10);

        // It counts among those that compute nevertheless.
        Assert.Equal(Threads, ((OnnxTokenDecoder)model.Decoder).Processor!.Share);
        Assert.Equal(members, ProcessorShare.MemberCount);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    [InlineData(6, 3)]
    public async Task Hold_WhileStepsRun_ComesToTheNumberAndLetsAllGo(int threads, int held)
    {
        var options = Options();
        options.Threads = threads;
        options.AdaptThreads = false;
        using var model = await LoadedOnnxModels.OpenAsync(TestAssets.MiniMindOnnxFolder, options);
        var expected = GreedyLoop.Generate(model.Decoder, s_prompt, 12);
        var buffers = NativeBuffer.LiveCount;
        using (var workers = new HeldWorkers(SessionOf(model), threads - 1, Assert.Fail))
        {
            for (var round = 0; round < 3; round++)
            {
                // Asked before every step, as its contract says: a single call may lie in the queue of a worker that is held already.
                GreedyLoop.StepUntil(
                    model.Decoder,
                    s_prompt,
                    () =>
                    {
                        workers.Hold(held);
                        return workers.Count == held;
                    }
                );
                Assert.Equal(expected, GreedyLoop.Generate(model.Decoder, s_prompt, 12));
                workers.Hold(0);
                Assert.True(SpinWait.SpinUntil(() => workers.Count == 0, s_hang));
                Assert.Equal(expected, GreedyLoop.Generate(model.Decoder, s_prompt, 12));
            }
        }

        Assert.Equal(buffers, NativeBuffer.LiveCount);
    }

    [Fact]
    public async Task Hold_ChangesAtEveryStep_NeverHangs()
    {
        var options = Options();
        options.Threads = 6;
        options.AdaptThreads = false;
        using var model = await LoadedOnnxModels.OpenTinyAsync("grouped", options);
        var expected = GreedyLoop.Generate(model.Decoder, s_prompt, 200);
        var random = new Random(11);
        using var workers = new HeldWorkers(SessionOf(model), 5, Assert.Fail);
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal(
                expected,
                GreedyLoop.Generate(model.Decoder, s_prompt, 200, _ => workers.Hold(random.Next(6)))
            );
        }

        Assert.InRange(workers.Count, 0, 5);
    }

    [Fact]
    public async Task Dispose_WorkersAreHeldOrComing_LetsThemGo()
    {
        var options = Options();
        options.Threads = 4;
        options.AdaptThreads = false;
        using var model = await LoadedOnnxModels.OpenTinyAsync("grouped", options);
        for (var round = 0; round < 20; round++)
        {
            var workers = new HeldWorkers(SessionOf(model), 3, Assert.Fail);
            workers.Hold(1 + (round % 3));
            if (round % 2 == 0)
            {
                _ = GreedyLoop.Generate(model.Decoder, s_prompt, 20);
            }

            workers.Dispose();
            workers.Dispose();
            workers.Hold(2);
            Assert.Equal(0, workers.Count);
        }
    }

    private static InferenceSession SessionOf(IRuntimeModel model) => ((OnnxTokenDecoder)model.Decoder).Session;

    private static ModelLoadOptions Options() =>
        new()
        {
            ContextTokens = 256,
            MaxConcurrentReplies = 1,
            CachedConversations = 0,
            Threads = Threads,
        };

    private static void AssertSame(IRuntimeModel first, IRuntimeModel second, int tokens)
    {
        var expected = GreedyLoop.Generate(first.Decoder, s_prompt, tokens);
        Assert.Equal(expected, GreedyLoop.Generate(second.Decoder, s_prompt, tokens));
        var processor = ((OnnxTokenDecoder)first.Decoder).Processor!;
        var least = int.MaxValue;
        var both = GreedyLoop.GenerateTogether(
            first.Decoder,
            second.Decoder,
            s_prompt,
            tokens,
            () => least = Math.Min(least, processor.Share)
        );
        Assert.Equal(expected, both.First);
        Assert.Equal(expected, both.Second);
        Assert.True(least < Threads, "They never shared the cores.");

        GreedyLoop.StepUntil(first.Decoder, s_prompt, () => processor.Share == Threads);
    }
}
