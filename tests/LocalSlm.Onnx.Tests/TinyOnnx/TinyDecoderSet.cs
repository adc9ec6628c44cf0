namespace LocalSlm.Tests.TinyOnnx;

/// <summary>The tiny decoders of the tests: one for each way that graphs differ.</summary>
internal static class TinyDecoderSet
{
    public static IReadOnlyList<TinyDecoder> All { get; } =
    [
        new() { Name = "grouped", Grouped = true },
        new()
        {
            Name = "grouped-open-width-last-logits",
            Grouped = true,
            LeavesHeadSizeOpen = true,
            LastLogitsOnly = true,
        },
        new()
        {
            Name = "grouped-float16-int32",
            Grouped = true,
            KvType = TinyGraph.Float16,
            LogitType = TinyGraph.Float16,
            IntegerType = TinyGraph.Int32,
        },
        new()
        {
            Name = "grouped-sparse-positions",
            Grouped = true,
            Layers = [(0, 2), (2, 1), (5, 4)],
            TakesPositions = true,
        },
        new()
        {
            Name = "grouped-window",
            Grouped = true,
            Window = 24,
        },
        new()
        {
            Name = "grouped-batch-of-one",
            Grouped = true,
            FixesBatch = true,
        },
        new()
        {
            Name = "grouped-fixed-length",
            Grouped = true,
            FixedTokens = 384,
        },
        new() { Name = "copied" },
        new()
        {
            Name = "copied-positions-int32",
            TakesPositions = true,
            IntegerType = TinyGraph.Int32,
        },
        new()
        {
            Name = "copied-sparse-last-logits",
            Layers = [(1, 1), (4, 3), (7, 2)],
            TakesPositions = true,
            LastLogitsOnly = true,
        },
        new()
        {
            Name = "copied-float16",
            KvType = TinyGraph.Float16,
            LogitType = TinyGraph.Float16,
        },
        new()
        {
            Name = "copied-bfloat16",
            KvType = TinyGraph.BFloat16,
            LogitType = TinyGraph.BFloat16,
        },
        new() { Name = "convolution", Layers = [(0, 0), (1, 0)] },
        new() { Name = "convolution-copied", Layers = [(0, 0), (1, 2), (2, 0)] },
        new()
        {
            Name = "convolution-grouped-last-logits",
            Grouped = true,
            Layers = [(0, 0), (1, 2), (2, 0), (3, 1)],
            LastLogitsOnly = true,
        },
    ];

    public static TinyDecoder Get(string name) => All.Single(decoder => decoder.Name == name);
}
