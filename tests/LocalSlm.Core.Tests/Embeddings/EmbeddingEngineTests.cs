using LocalSlm.Embeddings;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Embeddings;

public sealed class EmbeddingEngineTests : IDisposable
{
    private readonly ScriptedEmbedder _embedder = new();
    private readonly EmbeddingEngine _engine;

    public EmbeddingEngineTests() =>
        _engine = new EmbeddingEngine("fake", 2, 1, _embedder, TimeProvider.System, NullLogger.Instance);

    public void Dispose()
    {
        _embedder.Gate.Set();
        _engine.Dispose();
    }

    [Fact]
    public async Task Embed_TextsOfManyLengths_ComeBackInTheirOrder()
    {
        _embedder.Gate.Set();
        int[] lengths = [3, 9, 1, 7, 7, 2, 8, 5, 4, 6];
        var vectors = await Embed(default, lengths);

        Assert.Equal(lengths.Select(length => (float)length), vectors.Select(vector => vector[0]));
    }

    [Fact]
    public async Task Embed_CancelledWhileItWaits_EndsAndLeavesTheRunningOneAlone()
    {
        var running = Embed(default, 1);
        await _embedder.Started.Task.WaitAsync(TestContext.Current.CancellationToken);
        using var cancellation = new CancellationTokenSource();
        var waiting = Embed(cancellation.Token, 2);
        cancellation.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(running.IsCompleted);
        _embedder.Gate.Set();
        Assert.Equal(1, (await running)[0][0]);
    }

    [Fact]
    public async Task Embed_CancelledWhileComputedAlone_StopsTheStep()
    {
        using var cancellation = new CancellationTokenSource();
        var running = Embed(cancellation.Token, 1);
        await _embedder.Started.Task.WaitAsync(TestContext.Current.CancellationToken);
        cancellation.Cancel();

        // Nobody opens the gate.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await _embedder.Stopped.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Embed_QueueFull_IsRefusedAndTheOthersAreServed()
    {
        var running = Embed(default, 1);
        await _embedder.Started.Task.WaitAsync(TestContext.Current.CancellationToken);
        Task<float[][]>[] waiting = [Embed(default, 2), Embed(default, 3)];

        await Assert.ThrowsAsync<QueueFullException>(() => Embed(default, 4));
        _embedder.Gate.Set();
        Assert.Equal([1, 2, 3], (await Task.WhenAll([running, .. waiting])).Select(vectors => vectors[0][0]));
    }

    [Fact]
    public async Task Embed_StepFails_EndsItsRequestsAndServesTheNext()
    {
        _embedder.Gate.Set();
        _embedder.Error = new InvalidOperationException("broken");
        var error = await Assert.ThrowsAsync<InferenceException>(() => Embed(default, 1));
        Assert.Contains("broken", error.Message, StringComparison.Ordinal);

        _embedder.Error = null;
        Assert.Equal(2, (await Embed(default, 2))[0][0]);
    }

    [Fact]
    public async Task Dispose_WhileRequestsRunAndWait_EndsThemAll()
    {
        var running = Embed(default, 1);
        await _embedder.Started.Task.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = Embed(default, 2);
        await _engine.DisposeAsync();

        await Assert.ThrowsAsync<ModelUnloadedException>(() => running);
        await Assert.ThrowsAsync<ModelUnloadedException>(() => waiting);
        await Assert.ThrowsAsync<ModelUnloadedException>(() => Embed(default, 3));
    }

    private async Task<float[][]> Embed(CancellationToken cancellationToken, params int[] lengths) =>
        await _engine.EmbedAsync(
            [.. lengths.Select((length, index) => new EmbeddingItem(new int[length], index))],
            EmbeddingPooling.Mean,
            cancellationToken
        );

    /// <summary>The vector of a text is its length. Each step waits for the gate, or for its end.</summary>
    private sealed class ScriptedEmbedder : IRuntimeEmbedder
    {
        public ManualResetEventSlim Gate { get; } = new();

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Error { get; set; }

        public ModelFacts Facts => throw new NotSupportedException();

        public ITokenizer Tokenizer => throw new NotSupportedException();

        public string Device => "CPU";

        public string RuntimeVersion => "1";

        public int Threads => 1;

        public int MaxTokens => 100;

        public int BatchTexts => 3;

        public int BatchTokens => 12;

        public bool PadsBatches => true;

        public IReadOnlyList<DeviceAttempt> FailedDevices => [];

        public void Embed(
            ReadOnlySpan<int> tokens,
            ReadOnlySpan<int> lengths,
            EmbeddingPooling pooling,
            Span<float> vectors,
            CancellationToken cancellationToken
        )
        {
            Started.TrySetResult();
            try
            {
                Gate.Wait(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Stopped.TrySetResult();
                throw;
            }

            if (Error is not null)
            {
                throw Error;
            }

            for (var i = 0; i < lengths.Length; i++)
            {
                vectors[i] = lengths[i];
            }
        }

        public void Dispose() { }
    }
}
