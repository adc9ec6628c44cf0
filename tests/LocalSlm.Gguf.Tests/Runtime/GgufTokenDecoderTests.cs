using LocalSlm.Gguf.Interop;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;

namespace LocalSlm.Tests.Runtime;

/// <summary>What the conformance suite does not ask: refusals, memory, allocation, and the limits of each kind of model.</summary>
[Collection("native")]
public sealed class GgufTokenDecoderTests
{
    [Theory]
    [InlineData("llama-bpe", KvCacheLayout.Unified, CutBackSupport.Anywhere, PrefixSharing.Shared)]
    [InlineData("llama-bpe", KvCacheLayout.Split, CutBackSupport.Anywhere, PrefixSharing.Copied)]
    [InlineData("mamba", KvCacheLayout.Unified, CutBackSupport.Never, PrefixSharing.Copied)]
    [InlineData("lfm2", KvCacheLayout.Unified, CutBackSupport.Never, PrefixSharing.Shared)]
    [InlineData("gemma3", KvCacheLayout.Unified, CutBackSupport.Sometimes, PrefixSharing.Copied)]
    [InlineData("qwen3moe", KvCacheLayout.Unified, CutBackSupport.Anywhere, PrefixSharing.Shared)]
    public async Task Capabilities_OfEachKindOfModel_AreAskedOfTheModel(
        string name,
        KvCacheLayout layout,
        CutBackSupport cutBack,
        PrefixSharing sharing
    )
    {
        using var model = await OpenAsync(name, layout);
        Assert.Equal(cutBack, model.Decoder.Capabilities.CutBack);
        Assert.Equal(sharing, model.Decoder.Capabilities.PrefixSharing);
        Assert.Equal(layout, model.Decoder.Capabilities.KvCacheLayout);
    }

    [Theory]
    [InlineData("llama-bpe", KvCacheLayout.Unified)]
    [InlineData("llama-bpe", KvCacheLayout.Split)]
    [InlineData("gemma3", KvCacheLayout.Unified)]
    public async Task Decode_MoreThanThereIsRoomFor_IsOutOfMemoryAndChangesNothing(string name, KvCacheLayout layout)
    {
        using var model = await OpenAsync(name, layout);
        var decoder = model.Decoder;
        var batch = new DecodeBatch(512, 4);
        var tokens = Tokens(500);
        var sequences = layout == KvCacheLayout.Unified ? 2 : 1;
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            Assert.Equal([DecodeStatus.Done], Run(decoder, batch, (sequence, 0, tokens)));
        }

        // 1,000 of 1,024 cells are taken, or 500 of 512.
        Assert.Equal([DecodeStatus.OutOfMemory], Run(decoder, batch, (0, 500, Tokens(100))));
        Assert.Equal(500, decoder.GetKeepable(0, 500));

        // The sequence goes on as one that never met the limit.
        Run(decoder, batch, (0, 500, Tokens(8)));
        var after = decoder.GetLogits(0).ToArray();
        decoder.CutBack(0, 0);
        Run(decoder, batch, (0, 0, tokens));
        Run(decoder, batch, (0, 500, Tokens(8)));
        AssertClose(after, decoder.GetLogits(0));
    }

    [Fact]
    public async Task GetKeepable_BeyondTheSlidingWindow_KeepsOnlyWhatIsThere()
    {
        // Window 64, cells for 4 windows and one batch of 64: 320, rounded up to 512; old ones are overwritten after that.
        var options = LoadedModels.SmallOptions();
        options.BatchTokens = 64;
        options.ContextTokens = 2048;
        options.CacheTokens = 2048;
        using var model = await LoadedModels.OpenAsync(TinyModelFiles.Get(TinyModelSet.SlidingWindow), options);
        var decoder = model.Decoder;
        var batch = new DecodeBatch(64, 1);
        const int Length = 1024;
        var tokens = Tokens(Length);
        for (var start = 0; start < Length; start += 64)
        {
            Run(decoder, batch, (0, start, tokens[start..(start + 64)]));
        }

        Assert.Equal(Length, decoder.GetKeepable(0, Length));
        Assert.Equal(0, decoder.GetKeepable(0, 100));
        Assert.Throws<InvalidOperationException>(() => decoder.CutBack(0, 100));
        Assert.False(decoder.TryCopyPrefix(0, 1, 100));

        // What it says can be kept gives the same as a fresh start.
        var keep = Enumerable
            .Range(0, 64)
            .Select(i => Length - 1 - i)
            .FirstOrDefault(n => decoder.GetKeepable(0, n) == n);
        Assert.NotEqual(0, keep);
        decoder.CutBack(0, keep);
        Run(decoder, batch, (0, keep, [42]));
        var kept = decoder.GetLogits(0).ToArray();
        for (var start = 0; start < keep; start += 64)
        {
            Run(decoder, batch, (1, start, tokens[start..Math.Min(keep, start + 64)]));
        }

        Run(decoder, batch, (1, keep, [42]));
        AssertClose(kept, decoder.GetLogits(0));
    }

    [Fact]
    public async Task TryCopyPrefix_OfASlidingWindow_LeavesRoomForLongRows()
    {
        // The window's memory has 768 cells (4 windows of 64 and a batch of 512). Were the 448 of the prefix shared, none of them
        // could be used again, and 512 more would find no room though the context has it.
        var options = LoadedModels.SmallOptions();
        options.ContextTokens = 1024;
        options.CacheTokens = 2048;
        using var model = await LoadedModels.OpenAsync(TinyModelFiles.Get(TinyModelSet.SlidingWindow), options);
        var decoder = model.Decoder;
        var batch = new DecodeBatch(512, 1);
        var tokens = Tokens(448 + 512);
        Run(decoder, batch, (0, 0, tokens[..448]));
        Assert.True(decoder.TryCopyPrefix(0, 1, 448));
        Assert.Equal([DecodeStatus.Done], Run(decoder, batch, (1, 448, tokens[448..])));
        var copied = decoder.GetLogits(0).ToArray();
        Assert.Equal([DecodeStatus.Done], Run(decoder, batch, (0, 448, tokens[448..])));
        AssertClose(copied, decoder.GetLogits(0));
    }

    [Fact]
    public async Task Decode_CancelledMeanwhile_StopsAndLeavesTheSequenceAsItWas()
    {
        using var model = await LoadedModels.OpenAsync(
            TestAssets.MiniMindPath,
            new ModelLoadOptions
            {
                ContextTokens = 2048,
                MaxConcurrentReplies = 1,
                CachedConversations = 1,
                Threads = 1,
                AdaptThreads = false,
            }
        );
        var decoder = model.Decoder;
        var batch = new DecodeBatch(512, 1);
        Run(decoder, batch, (0, 0, Tokens(20)));
        var statuses = new List<DecodeStatus>();
        foreach (var delay in (double[])[0.5, 2, 10, 30])
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(delay));
            batch.Clear();
            batch.Add(0, 20, Tokens(512), 1);
            decoder.Decode(batch, source.Token);
            statuses.Add(batch.Statuses[0]);
            if (statuses[^1] == DecodeStatus.Done)
            {
                decoder.CutBack(0, 20);
            }

            Assert.Equal(20, decoder.GetKeepable(0, int.MaxValue));
        }

        // 512 tokens take longer than half a millisecond on any machine.
        Assert.Equal(DecodeStatus.Cancelled, statuses[0]);
        Run(decoder, batch, (0, 20, Tokens(4)));
        var after = decoder.GetLogits(0).ToArray();
        Run(decoder, batch, (1, 0, Tokens(20)));
        Run(decoder, batch, (1, 20, Tokens(4)));
        AssertClose(after, decoder.GetLogits(0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Decode_StepAfterStep_AllocatesNothing(bool adapts)
    {
        var options = LoadedModels.SmallOptions();
        options.AdaptThreads = adapts;
        options.Threads = adapts ? 2 : 1;
        using var model = await LoadedModels.OpenAsync(TinyModelFiles.Get(TinyModelSet.LlamaBpe), options);
        var decoder = model.Decoder;
        var batch = new DecodeBatch(8, 2);
        using var cancellation = new CancellationTokenSource();
        const int Window = 25;
        var allocated = new long[200 / Window];
        for (var position = 0; position < 200; position++)
        {
            batch.Clear();
            batch.Add(0, position, [7], 1);
            batch.Add(1, position, [9], 1);
            var before = GC.GetAllocatedBytesForCurrentThread();
            decoder.Decode(batch, cancellation.Token);
            _ = decoder.GetLogits(1)[0];
            _ = decoder.GetKeepable(0, position / 2);
            allocated[position / Window] += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // What happens now and then, such as a step that is ended and computed again because the machine is busy, may allocate;
        // what every step does would show in every window.
        Assert.Equal(0, allocated.Min());
    }

    [Fact]
    public async Task Decode_RowsThatCannotBe_AreRefusedAndNothingChanges()
    {
        using var model = await OpenAsync("llama-bpe", KvCacheLayout.Unified);
        var decoder = model.Decoder;
        var batch = new DecodeBatch(1024, 4);
        Assert.Throws<ArgumentException>(() => Run(decoder, batch, (0, 5, Tokens(3))));
        Assert.Throws<ArgumentException>(() => Run(decoder, batch, (4, 0, Tokens(3))));
        Assert.Throws<ArgumentException>(() => Run(decoder, batch, (0, 0, Tokens(513))));
        batch.Clear();
        batch.Add(0, 0, Tokens(3), 1, adapter: 1);
        Assert.Throws<NotSupportedException>(() => decoder.Decode(batch, CancellationToken.None));
        Assert.Equal([DecodeStatus.Failed], Run(decoder, batch, (0, 0, [1, 100_000, 2])));
        Assert.Equal(0, decoder.GetKeepable(0, 10));
        Assert.Equal([DecodeStatus.Done], Run(decoder, batch, (0, 0, Tokens(3))));
    }

    [Fact]
    public async Task TryRestore_StateThatDoesNotFit_IsRefusedAndTheSequenceStaysEmpty()
    {
        using var llama = await OpenAsync("llama-bpe", KvCacheLayout.Unified);
        using var other = await OpenAsync("llama-spm", KvCacheLayout.Unified);
        var batch = new DecodeBatch(64, 1);
        Run(llama.Decoder, batch, (0, 0, Tokens(20)));
        var state = llama.Decoder.Save(0);
        Assert.False(other.Decoder.TryRestore(0, state));
        Assert.False(llama.Decoder.TryRestore(1, []));
        Assert.False(llama.Decoder.TryRestore(1, state.AsSpan(0, state.Length / 2)));
        Assert.Equal(0, llama.Decoder.GetKeepable(1, 100));
        Assert.True(llama.Decoder.TryRestore(1, state));
        Assert.Equal(20, llama.Decoder.GetKeepable(1, 100));
    }

    [Fact]
    public async Task Dispose_OfSeveralModels_LeavesNoHandle()
    {
        var before = LiveHandles.Count;
        var first = await OpenAsync("llama-bpe", KvCacheLayout.Unified);
        using (var second = await OpenAsync("mamba", KvCacheLayout.Unified))
        {
            var batch = new DecodeBatch(64, 1);
            Run(first.Decoder, batch, (0, 0, Tokens(20)));
            var alone = first.Decoder.GetLogits(0).ToArray();
            first.Decoder.CutBack(0, 0);
            Run(second.Decoder, batch, (0, 0, Tokens(20)));
            Run(first.Decoder, batch, (0, 0, Tokens(20)));
            AssertClose(alone, first.Decoder.GetLogits(0));
            Assert.True(LiveHandles.Count >= before + 6);
        }

        first.Dispose();
        first.Dispose();
        Assert.Equal(before, LiveHandles.Count);
    }

    private static Task<IRuntimeModel> OpenAsync(string name, KvCacheLayout layout) =>
        LoadedModels.OpenAsync(
            TinyModelFiles.Get(TinyModelSet.All.Single(model => model.Name == name)),
            LoadedModels.SmallOptions(layout)
        );

    private static int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => 20 + (i * 37 % 200))];

    private static DecodeStatus[] Run(
        ITokenDecoder decoder,
        DecodeBatch batch,
        params ReadOnlySpan<(int Sequence, int Start, int[] Tokens)> rows
    )
    {
        batch.Clear();
        foreach (var (sequence, start, tokens) in rows)
        {
            batch.Add(sequence, start, tokens, 1);
        }

        decoder.Decode(batch, CancellationToken.None);
        return batch.Statuses.ToArray();
    }

    private static void AssertClose(float[] expected, ReadOnlySpan<float> actual)
    {
        var worst = 0f;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        Assert.True(worst < 0.2f, $"Logits differ by {worst}.");
    }
}
