using LocalSlm.Gguf.Interop;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class GgufRuntimeTests
{
    [Fact]
    public void ListDevices_Always_NamesTheProcessor()
    {
        var devices = LoadedModels.Runtime.ListDevices();
        Assert.Contains(devices, device => device is { Kind: ComputeDeviceKind.Cpu, TotalMemoryBytes: > 0 });
    }

    [Fact]
    public async Task OpenAsync_WithProgress_ReportsTheStagesInOrder()
    {
        var progress = new Recorder();
        using (await OpenAsync(TestAssets.MiniMindPath, progress))
        {
            Assert.Equal(
                [
                    ModelLoadStage.Inspecting,
                    ModelLoadStage.LoadingWeights,
                    ModelLoadStage.CreatingContext,
                    ModelLoadStage.Ready,
                ],
                progress.Steps.Select(step => step.Stage).Distinct()
            );
            Assert.Equal(
                progress.Steps.Select(step => step.Fraction).Order(),
                progress.Steps.Select(step => step.Fraction)
            );
            Assert.Equal(1, progress.Steps[^1].Fraction);
        }
    }

    [Fact]
    public async Task OpenAsync_CancelledWhileItLoads_EndsAndLeavesNothing()
    {
        var before = LiveHandles.Count;
        using var cancellation = new CancellationTokenSource();
        var progress = new Recorder(step =>
        {
            if (step.Stage == ModelLoadStage.LoadingWeights && step.Fraction > 0)
            {
                cancellation.Cancel();
            }
        });
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            OpenAsync(TestAssets.MiniMindPath, progress, cancellationToken: cancellation.Token)
        );
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.DoesNotContain(progress.Steps, step => step.Stage == ModelLoadStage.Ready);
        Assert.Equal(before, LiveHandles.Count);
    }

    [Fact]
    public async Task OpenAsync_ProgressReceiverThrows_EndsTheLoadWithItsError()
    {
        var thrown = new InvalidOperationException("mine");
        var progress = new Recorder(step =>
        {
            if (step.Stage == ModelLoadStage.LoadingWeights)
            {
                throw thrown;
            }
        });
        var error = await Assert.ThrowsAsync<ModelLoadException>(() => OpenAsync(TestAssets.MiniMindPath, progress));
        Assert.Same(thrown, error.InnerException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenAsync_WithAndWithoutMemoryMap_Loads(bool useMemoryMap)
    {
        var options = LoadedModels.SmallOptions();
        options.UseMemoryMap = useMemoryMap;
        options.KvCacheType = KvCacheType.Q8_0;
        using var model = await LoadedModels.OpenAsync(TestAssets.MiniMindPath, options);
        Assert.Equal("CPU", model.Device);
        Assert.StartsWith("0.4.0", model.RuntimeVersion, StringComparison.Ordinal);
        Assert.Equal((1, 0), (model.Threads, model.GpuLayers));
    }

    [Fact]
    public async Task OpenAsync_Encoder_IsRefusedByName()
    {
        var error = await Assert.ThrowsAsync<UnsupportedModelException>(() =>
            OpenAsync(TinyModelFiles.Get(TinyModelSet.Encoder))
        );
        Assert.Equal("bert", error.Architecture);
    }

    [Fact]
    public async Task OpenAsync_ContextLargerThanMemory_IsRefusedBeforeAnythingNative()
    {
        var before = LiveHandles.Count;
        var options = new ModelLoadOptions { ContextTokens = 500_000_000 };
        await Assert.ThrowsAsync<InsufficientMemoryException>(() =>
            OpenAsync(TestAssets.MiniMindPath, options: options)
        );
        Assert.Equal(before, LiveHandles.Count);
    }

    [Fact]
    public async Task OpenAsync_NothingThere_IsNotFound() =>
        await Assert.ThrowsAsync<ModelNotFoundException>(() => OpenAsync("/nowhere/model.gguf"));

    [Fact]
    public async Task OpenAsync_QuantizedCacheWithoutFlashAttention_GivesTheLibrarysReason()
    {
        var options = LoadedModels.SmallOptions();
        options.KvCacheType = KvCacheType.Q8_0;
        options.FlashAttention = false;
        var before = LiveHandles.Count;
        var error = await Assert.ThrowsAsync<ModelLoadException>(() =>
            OpenAsync(TestAssets.MiniMindPath, options: options)
        );
        Assert.Contains("quantized V cache requires flash_attn", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, LiveHandles.Count);
    }

    [Fact]
    public async Task Estimate_OfALoadedModel_IsNearWhatItTakes()
    {
        var facts = LoadedModels.Runtime.Inspect(TestAssets.MiniMindPath);
        var options = new ModelLoadOptions { ContextTokens = 1024, MaxConcurrentReplies = 1 };
        var estimate = LoadedModels.Runtime.Estimate(facts, options);

        // MiniMind2-Small (config.json): 8 layers, 2 KV heads of 64, 2 bytes a number, keys and values.
        Assert.Equal(1024 * 8 * 2 * 64 * 2 * 2, estimate.KvCacheBytes);
        Assert.InRange(estimate.WeightBytes, 25_000_000, new FileInfo(TestAssets.MiniMindPath).Length);
        using var model = await LoadedModels.OpenAsync(TestAssets.MiniMindPath, options);
        Assert.Equal(facts.Architecture, model.Facts.Architecture);
    }

    private static Task<IRuntimeModel> OpenAsync(
        string path,
        IProgress<ModelLoadProgress>? progress = null,
        ModelLoadOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        LoadedModels.Runtime.OpenAsync(
            path,
            options ?? LoadedModels.SmallOptions(),
            NullLoggerFactory.Instance,
            progress,
            cancellationToken
        );

    private sealed class Recorder(Action<ModelLoadProgress>? then = null) : IProgress<ModelLoadProgress>
    {
        public List<ModelLoadProgress> Steps { get; } = [];

        public void Report(ModelLoadProgress value)
        {
            Steps.Add(value);
            then?.Invoke(value);
        }
    }
}
