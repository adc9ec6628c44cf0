using LocalSlm.Onnx.Runtime;
using LocalSlm.Testing;
using LocalSlm.Tests.TinyOnnx;

namespace LocalSlm.Tests.Runtime;

/// <summary>What the conformance suite does not ask: plain runs of the same graph, refusals, memory, allocation, cancellation.</summary>
[Collection("native")]
public sealed class OnnxTokenDecoderTests
{
    public static TheoryData<string> AllTiny => [.. TinyDecoderSet.All.Select(decoder => decoder.Name)];

    [Theory]
    [InlineData("grouped", CutBackSupport.Anywhere, PrefixSharing.Copied)]
    [InlineData("grouped-batch-of-one", CutBackSupport.Anywhere, PrefixSharing.Copied)]
    [InlineData("copied", CutBackSupport.Anywhere, PrefixSharing.Copied)]
    [InlineData("convolution", CutBackSupport.Never, PrefixSharing.None)]
    [InlineData("convolution-copied", CutBackSupport.Never, PrefixSharing.None)]
    [InlineData("convolution-grouped-last-logits", CutBackSupport.Never, PrefixSharing.None)]
    public async Task Capabilities_OfEachKindOfGraph_AreHonest(
        string name,
        CutBackSupport cutBack,
        PrefixSharing sharing
    )
    {
        using var model = await LoadedOnnxModels.OpenTinyAsync(name);
        var can = model.Decoder.Capabilities;
        Assert.Equal(cutBack, can.CutBack);
        Assert.Equal(sharing, can.PrefixSharing);
        Assert.Equal(KvCacheLayout.Split, can.KvCacheLayout);
        Assert.Equal(TinyDecoder.Vocabulary, can.VocabularySize);
        Assert.Equal(256, can.SequenceTokens);
        Assert.Equal(
            name.StartsWith("grouped", StringComparison.Ordinal) && !name.Contains("one"),
            model.Decoder is SharedKvDecoder
        );
    }

    /// <summary>The expected logits come from one plain run over the whole text, with empty caches of exact shapes and none of this
    /// library's loop.</summary>
    [Theory]
    [MemberData(nameof(AllTiny))]
    public async Task Decode_PromptThenSteps_GivesWhatOnePlainRunGives(string name)
    {
        var tiny = TinyDecoderSet.Get(name);
        var folder = TinyDecoderFolder.Get(tiny);
        using var model = await LoadedOnnxModels.OpenTinyAsync(name);
        var tokens = Tokens(60);
        var batch = new DecodeBatch(64, 2);

        // Another sequence before it, so that it does not lie at the start of the memory.
        Run(model.Decoder, batch, (0, 0, Tokens(5, 3)));
        Run(model.Decoder, batch, (1, 0, tokens[..40]));
        for (var i = 40; i < tokens.Length; i++)
        {
            Run(model.Decoder, batch, (0, i - 35, [tokens[i]]), (1, i, [tokens[i]]));
        }

        var expected = PlainRun.LastLogits(folder, tiny, tokens);
        var tolerance =
            tiny.KvType == TinyGraph.BFloat16 ? 0.3f
            : tiny.KvType == TinyGraph.Float16 ? 0.05f
            : 1e-3f;
        AssertClose(expected, model.Decoder.GetLogits(1), tolerance);
        Assert.True(expected.Max() - expected.Min() > 2, "The logits of this model tell nothing.");
    }

    [Theory]
    [InlineData("grouped", 1)]
    [InlineData("grouped", 4)]
    [InlineData("grouped-sparse-positions", 3)]
    [InlineData("grouped-float16-int32", 2)]
    public async Task Decode_StepAfterStep_AllocatesNothingForSharedBuffers(string name, int rows)
    {
        using var model = await LoadedOnnxModels.OpenTinyAsync(name);
        var decoder = model.Decoder;
        var batch = new DecodeBatch(8, 4);
        using var cancellation = new CancellationTokenSource();
        long allocated = 0;
        for (var position = 0; position < 200; position++)
        {
            batch.Clear();
            for (var row = 0; row < rows; row++)
            {
                batch.Add(row, position, [7 + row], 1);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            decoder.Decode(batch, cancellation.Token);
            _ = decoder.GetLogits(rows - 1)[0];
            _ = decoder.GetKeepable(0, position / 2);
            allocated += position < 100 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData("grouped")]
    [InlineData("copied")]
    [InlineData("convolution-copied")]
    public async Task Decode_RowsThatCannotBe_AreRefusedAndNothingChanges(string name)
    {
        using var model = await LoadedOnnxModels.OpenTinyAsync(name);
        var decoder = model.Decoder;
        var batch = new DecodeBatch(1024, 4);
        Assert.Throws<ArgumentException>(() => Run(decoder, batch, (0, 5, Tokens(3))));
        Assert.Throws<ArgumentException>(() => Run(decoder, batch, (6, 0, Tokens(3))));
        Assert.Throws<ArgumentException>(() => Run(decoder, batch, (0, 0, Tokens(513))));
        Assert.Throws<ArgumentException>(() => Run(decoder, batch, (0, 0, Tokens(3)), (0, 0, Tokens(3))));
        batch.Clear();
        batch.Add(0, 0, Tokens(3), 1, adapter: 1);
        Assert.Throws<NotSupportedException>(() => decoder.Decode(batch, CancellationToken.None));
        Assert.Equal(
            [DecodeStatus.Failed, DecodeStatus.Done, DecodeStatus.Failed],
            Run(decoder, batch, (0, 0, [1, TinyDecoder.Vocabulary, 2]), (1, 0, Tokens(3)), (2, 0, [-1]))
        );
        Assert.Throws<InvalidOperationException>(() => decoder.GetLogits(0)[0]);
        Assert.Equal(0, decoder.GetKeepable(0, 10));
        Assert.Equal([DecodeStatus.OutOfMemory], Run(decoder, batch, (0, 0, Tokens(300))));
        Assert.Equal([DecodeStatus.Done], Run(decoder, batch, (0, 0, Tokens(3))));
        AssertClose(decoder.GetLogits(0).ToArray(), Fresh(decoder, batch, 3, Tokens(3)), 1e-3f);
    }

    [Theory]
    [InlineData("grouped")]
    [InlineData("copied")]
    [InlineData("grouped-batch-of-one")]
    public async Task Decode_BeyondTheMemory_IsOutOfMemoryAndTheOthersGoOn(string name)
    {
        // Keys and values of a token take 512 bytes here. Room for three conversations of 200, or for two where one is there twice.
        using var model = await LoadedOnnxModels.OpenTinyAsync(name);
        var folder = TinyDecoderFolder.Get(TinyDecoderSet.Get(name));
        var budget = OnnxLoadPlanTests.FixedBytes(folder, Options(0)) + (800 * 512);
        using var small = await LoadedOnnxModels.OpenTinyAsync(name, Options(budget));
        var (decoder, roomy) = (small.Decoder, model.Decoder);
        var batch = new DecodeBatch(512, 4);
        var tokens = Tokens(200);
        var statuses = new List<DecodeStatus>();
        for (var sequence = 0; sequence < 4; sequence++)
        {
            statuses.AddRange(Run(decoder, batch, (sequence, 0, tokens)));
        }

        Assert.Equal(DecodeStatus.Done, statuses[0]);
        Assert.Equal(DecodeStatus.OutOfMemory, statuses[^1]);
        Assert.Equal(0, decoder.GetKeepable(3, 200));

        // Once another conversation is dropped there is room, and nothing was damaged.
        decoder.CutBack(1, 0);
        decoder.CutBack(2, 0);
        Assert.Equal([DecodeStatus.Done], Run(decoder, batch, (3, 0, tokens)));
        Assert.Equal([DecodeStatus.Done, DecodeStatus.Done], Run(decoder, batch, (0, 200, [5]), (3, 200, [6])));
        var (first, second) = (decoder.GetLogits(0).ToArray(), decoder.GetLogits(1).ToArray());
        Run(roomy, batch, (0, 0, tokens), (1, 0, tokens));
        Run(roomy, batch, (0, 200, [5]), (1, 200, [6]));
        AssertClose(first, roomy.GetLogits(0), 1e-3f);
        AssertClose(second, roomy.GetLogits(1), 1e-3f);

        static ModelLoadOptions Options(long budget) =>
            new()
            {
                ContextTokens = 256,
                CacheTokens = 300,
                MaxConcurrentReplies = 4,
                CachedConversations = 0,
                Threads = 1,
                MemoryBudgetBytes = budget > 0 ? budget : null,
            };
    }

    /// <summary>Six sequences in three slots, random rows: some lie aside, some move, slots and room grow.</summary>
    [Theory]
    [InlineData("grouped")]
    [InlineData("grouped-open-width-last-logits")]
    [InlineData("copied-sparse-last-logits")]
    [InlineData("convolution-copied")]
    public async Task Decode_RandomRowsOfManySequences_GiveWhatEachGivesAlone(string name)
    {
        var options = LoadedOnnxModels.SmallOptions();
        options.MaxConcurrentReplies = 3;
        options.CachedConversations = 3;
        using var model = await LoadedOnnxModels.OpenTinyAsync(name, options);
        using var alone = await LoadedOnnxModels.OpenTinyAsync(name);
        var decoder = model.Decoder;
        var random = new Random(7);
        var batch = new DecodeBatch(128, 6);
        var texts = Enumerable.Range(0, 6).Select(_ => new List<int>()).ToArray();
        for (var step = 0; step < 120; step++)
        {
            batch.Clear();
            foreach (var sequence in Enumerable.Range(0, 6).OrderBy(_ => random.Next()).Take(1 + random.Next(6)))
            {
                var row = Tokens(random.Next(3) == 0 ? 1 + random.Next(12) : 1, random.Next(1000));
                if (texts[sequence].Count + row.Length > 250)
                {
                    decoder.CutBack(sequence, 0);
                    texts[sequence].Clear();
                }

                batch.Add(sequence, texts[sequence].Count, row, 1);
                texts[sequence].AddRange(row);
            }

            decoder.Decode(batch, CancellationToken.None);
            Assert.All(batch.Statuses.ToArray(), status => Assert.Equal(DecodeStatus.Done, status));
            if (step % 10 == 9)
            {
                for (var i = 0; i < batch.RowCount; i++)
                {
                    var expected = Fresh(alone.Decoder, new DecodeBatch(256, 1), 0, [.. texts[batch.Rows[i].Sequence]]);
                    AssertClose(expected, decoder.GetLogits(batch.Rows[i].FirstOutput), 2e-3f);
                }

                var victim = random.Next(6);
                var keep = decoder.GetKeepable(victim, texts[victim].Count / 2);
                decoder.CutBack(victim, keep);
                texts[victim].RemoveRange(keep, texts[victim].Count - keep);
                var target = texts.ToList().FindIndex(text => text.Count == 0);
                if (
                    target >= 0
                    && texts[victim].Count > 2
                    && decoder.TryCopyPrefix(victim, target, texts[victim].Count - 1)
                )
                {
                    texts[target].AddRange(texts[victim][..^1]);
                }
            }
        }
    }

    [Theory]
    [InlineData("minimind")]
    [InlineData("smollm2")]
    public async Task Decode_CancelledMeanwhile_StopsAndLeavesTheSequenceAsItWas(string name)
    {
        var path =
            name == "minimind"
                ? TestAssets.MiniMindOnnxFolder
                : TestAssets.ModelOrSkip("smollm2-135m-instruct-genai-int4");
        using var model = await LoadedOnnxModels.OpenAsync(
            path,
            new ModelLoadOptions
            {
                ContextTokens = 2048,
                MaxConcurrentReplies = 1,
                CachedConversations = 1,
                Threads = 1,
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
        Assert.Equal([DecodeStatus.Done], Run(decoder, batch, (0, 20, Tokens(4))));
        var after = decoder.GetLogits(0).ToArray();
        Run(decoder, batch, (1, 0, Tokens(20)));
        Run(decoder, batch, (1, 20, Tokens(4)));
        AssertClose(after, decoder.GetLogits(0), 1e-3f);
    }

    [Fact]
    public async Task GetLogits_Changed_DoNotReachLaterSteps()
    {
        using var model = await LoadedOnnxModels.OpenTinyAsync("grouped");
        var batch = new DecodeBatch(64, 1);
        Run(model.Decoder, batch, (0, 0, Tokens(20)));
        Run(model.Decoder, batch, (1, 0, Tokens(20)));
        Run(model.Decoder, batch, (0, 20, [9]));
        var expected = model.Decoder.GetLogits(0).ToArray();
        model.Decoder.GetLogits(0).Fill(float.NegativeInfinity);
        Run(model.Decoder, batch, (1, 20, [9]));
        AssertClose(expected, model.Decoder.GetLogits(0), 1e-3f);
    }

    [Theory]
    [InlineData("grouped")]
    [InlineData("convolution-copied")]
    public async Task TryRestore_StateThatDoesNotFit_IsRefusedAndTheSequenceStaysEmpty(string name)
    {
        using var model = await LoadedOnnxModels.OpenTinyAsync(name);
        using var other = await LoadedOnnxModels.OpenTinyAsync("copied-float16");
        var batch = new DecodeBatch(64, 1);
        Run(model.Decoder, batch, (0, 0, Tokens(20)));
        var state = model.Decoder.Save(0);
        Assert.False(other.Decoder.TryRestore(0, state));
        Assert.False(model.Decoder.TryRestore(1, []));
        Assert.False(model.Decoder.TryRestore(1, state.AsSpan(0, state.Length / 2)));
        Assert.Equal(0, model.Decoder.GetKeepable(1, 100));
        Assert.True(model.Decoder.TryRestore(1, state));
        Assert.Equal(20, model.Decoder.GetKeepable(1, 100));
        Assert.True(model.Decoder.TryRestore(2, model.Decoder.Save(3)));
        Assert.Equal(0, model.Decoder.GetKeepable(2, 100));
    }

    [Fact]
    public async Task Dispose_OfSeveralModels_LeavesNoMemory()
    {
        var before = NativeBuffer.LiveCount;
        foreach (var name in (string[])["grouped", "copied", "convolution-grouped-last-logits", "grouped-batch-of-one"])
        {
            var model = await LoadedOnnxModels.OpenTinyAsync(name);
            var batch = new DecodeBatch(256, 4);
            Run(model.Decoder, batch, (0, 0, Tokens(20)), (1, 0, Tokens(30)));
            model.Decoder.TryCopyPrefix(0, 2, 10);
            model.Decoder.TryRestore(3, model.Decoder.Save(1));
            Run(model.Decoder, batch, (0, 20, [1]), (3, 30, [2]));
            Assert.True(NativeBuffer.LiveCount > before);
            model.Dispose();
            model.Dispose();
            Assert.Equal(before, NativeBuffer.LiveCount);
            Assert.Throws<ObjectDisposedException>(() => Run(model.Decoder, batch, (0, 21, [1])));
        }
    }

    [Fact]
    public async Task Load_AgainAndAgain_LeavesNoModelBehind()
    {
        long warm = 0;
        for (var round = 0; round < 9; round++)
        {
            using (var model = await LoadedOnnxModels.OpenAsync(TestAssets.MiniMindOnnxFolder))
            {
                Run(model.Decoder, new DecodeBatch(256, 1), (0, 0, Tokens(200)));
            }

            if (round == 2)
            {
                warm = ResidentBytes();
            }
        }

        // The weights alone are 107 MB, so that six models left behind hold 640 MB. What the allocator keeps varies by a model or so.
        Assert.InRange(ResidentBytes() - warm, long.MinValue, 300 << 20);
    }

    [Theory]
    [InlineData("grouped")]
    [InlineData("copied")]
    [InlineData("convolution-copied")]
    public async Task Decode_ThousandsOfSteps_LeaveNothingBehind(string name)
    {
        using var model = await LoadedOnnxModels.OpenTinyAsync(name);
        var batch = new DecodeBatch(64, 1);
        long warm = 0;
        var length = 0;
        for (var step = 0; step < 14_000; step++)
        {
            if (length == 200)
            {
                model.Decoder.CutBack(0, 0);
                length = 0;
            }

            Run(model.Decoder, batch, (0, length++, [7]));
            if (step == 8000)
            {
                warm = ResidentBytes();
            }
        }

        // By then the native heap has its size. One value of a hundred bytes that each of the last 6,000 runs left behind, of the dozen
        // it makes, would be 7 MB.
        Assert.InRange(ResidentBytes() - warm, long.MinValue, 5 << 20);
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    internal static int[] Tokens(int count, int seed = 0) =>
        [.. Enumerable.Range(0, count).Select(i => 20 + (((i + (seed * 13)) * 37) % 200))];

    internal static DecodeStatus[] Run(
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

    private static float[] Fresh(ITokenDecoder decoder, DecodeBatch batch, int sequence, int[] tokens)
    {
        decoder.CutBack(sequence, 0);
        Assert.Equal([DecodeStatus.Done], Run(decoder, batch, (sequence, 0, tokens)));
        return decoder.GetLogits(0).ToArray();
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0f;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        Assert.True(worst <= tolerance, $"Logits differ by {worst}; {tolerance} is allowed.");
    }
}
