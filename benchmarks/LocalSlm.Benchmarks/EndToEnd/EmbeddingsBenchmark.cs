using System.Diagnostics;
using System.Numerics.Tensors;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Benchmarks.EndToEnd.Peers;
using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Vectors through <c>IEmbeddingGenerator</c>, beside transformers.js: the same folder, the same texts, as many a call, mean
/// pooling, length 1, the same threads, in turns within one run.</summary>
internal static class EmbeddingsBenchmark
{
    // The 8-bit graph takes its scale from all texts that are computed together, so the vectors of one text differ a little from
    // batch to batch, on either side.
    private const double LeastCosine = 0.98;

    public static async Task RunAsync(BenchmarkRun run)
    {
        var folder = TestAssets.MiniLmOnnxFolder;
        var options = new EmbeddingLoadOptions();
        options.Load.Threads = Machine.Threads;
        options.Load.AdaptThreads = false;
        await using var ours = await OnnxModel.LoadEmbeddingGeneratorAsync(folder, options);
        using var peer = await TransformersPeer.StartEmbeddingsAsync(folder, Machine.Threads);
        var report = new Report(
            $"Embeddings: IEmbeddingGenerator beside transformers.js {peer.Version}: all-MiniLM-L6-v2, 8-bit ONNX",
            $"{Machine.Threads} threads; texts/s, medians of {run.Repetitions}, in turns. \"Cosine\": the least between the two sides' vectors of a text.",
            "words a text",
            "texts a call",
            "tokens a text",
            "LocalSlm",
            "transformers.js",
            "ratio",
            "target",
            "cosine"
        );
        await MeasureAsync(run, ours, peer, report, (6, 14), textsPerCall: 1, calls: 200);
        await MeasureAsync(run, ours, peer, report, (6, 14), textsPerCall: 64, calls: 4);
        await MeasureAsync(run, ours, peer, report, (100, 200), textsPerCall: 1, calls: 24);
        await MeasureAsync(run, ours, peer, report, (100, 200), textsPerCall: 64, calls: 1);
        report.Print();
    }

    private static async Task MeasureAsync(
        BenchmarkRun run,
        LocalEmbeddingGenerator ours,
        TransformersPeer peer,
        Report report,
        (int Least, int Most) words,
        int textsPerCall,
        int calls
    )
    {
        var texts = Texts(words, textsPerCall * calls);
        var lengths = texts.Select(text => ours.CountTokens(text)).ToArray();
        var cosine = Compare(await EmbedAsync(ours, texts, textsPerCall), await peer.VectorsAsync(texts, textsPerCall));
        List<double> our = [];
        List<double> theirs = [];
        for (var round = -1; round < run.Repetitions; round++)
        {
            for (var side = 0; side < 2; side++)
            {
                var isOurs = ((round + 1 + side) % 2) == 0;
                var time = isOurs
                    ? await QuietGuard.MeasureAsync(OursAsync)
                    : await QuietGuard.MeasureAsync(() => peer.EmbedAsync(texts, textsPerCall), peer.Process);
                if (round >= 0)
                {
                    (isOurs ? our : theirs).Add(texts.Length / time.TotalSeconds);
                }
            }
        }

        report.Add(
            $"{words.Least}–{words.Most}",
            textsPerCall.ToString(System.Globalization.CultureInfo.InvariantCulture),
            $"{lengths.Min()}–{lengths.Max()}",
            Report.Number(Median.Of(our)),
            Report.Number(Median.Of(theirs)),
            Report.Ratio(Median.Of(our) / Median.Of(theirs)),
            "≥ 1.20",
            cosine.ToString("F4", System.Globalization.CultureInfo.InvariantCulture)
        );

        async Task<TimeSpan> OursAsync()
        {
            var started = Stopwatch.GetTimestamp();
            for (var at = 0; at < texts.Length; at += textsPerCall)
            {
                await ours.GenerateAsync(new ArraySegment<string>(texts, at, textsPerCall));
            }

            return Stopwatch.GetElapsedTime(started);
        }
    }

    private static async Task<List<float[]>> EmbedAsync(
        LocalEmbeddingGenerator generator,
        string[] texts,
        int textsPerCall
    )
    {
        var vectors = new List<float[]>();
        for (var at = 0; at < texts.Length; at += textsPerCall)
        {
            var result = await generator.GenerateAsync(new ArraySegment<string>(texts, at, textsPerCall));
            vectors.AddRange(result.Select(embedding => embedding.Vector.ToArray()));
        }

        return vectors;
    }

    private static string[] Texts((int Least, int Most) words, int count)
    {
        var random = new Random(words.Most);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(seed => PromptText.OfWords(random.Next(words.Least, words.Most + 1), seed)),
        ];
    }

    private static double Compare(List<float[]> ours, float[][] theirs)
    {
        var least = ours.Zip(theirs, (left, right) => TensorPrimitives.CosineSimilarity<float>(left, right)).Min();
        return ours.Count == theirs.Length && least >= LeastCosine
            ? least
            : throw new InvalidOperationException(
                $"The two sides did not do the same work: {ours.Count} vectors and {theirs.Length}, least cosine {least}."
            );
    }
}
