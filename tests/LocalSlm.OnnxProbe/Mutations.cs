using System.Globalization;
using System.Text;
using LocalSlm.Onnx;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.OnnxProbe;

/// <summary>Opens damaged copies of a model with the native library, and computes with those that open.</summary>
internal static class Mutations
{
    private static readonly string[] s_fragments =
    [
        "null",
        "true",
        "-1",
        "0",
        "1",
        "3",
        "64",
        "4096",
        "1000000",
        "2147483647",
        "9223372036854775807",
        "1.5",
        "\"\"",
        "[]",
        "{}",
    ];

    /// <summary>Runs mutations first to last: each begins with a line, so that whoever reads knows which one ended the process.</summary>
    public static async Task<int> RunAsync(string source, string file, int first, int count)
    {
        var folder = Directory.CreateTempSubdirectory("localslm-mutated-").FullName;
        try
        {
            foreach (var path in Directory.GetFiles(source))
            {
                File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(path)), await File.ReadAllBytesAsync(path));
            }

            var sound = await File.ReadAllBytesAsync(Path.Combine(source, file));
            var target = Path.Combine(folder, file);
            for (var i = first; i < first + count; i++)
            {
                Console.WriteLine($"begin: {i}");
                var random = new Random(i);
                await File.WriteAllBytesAsync(
                    target,
                    file.EndsWith(".onnx", StringComparison.Ordinal)
                        ? MutateGraph(sound, random)
                        : MutateText(sound, random)
                );
                Console.WriteLine($"end: {i} {await OpenAsync(folder)}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    /// <summary>Writes one mutation into a folder, to look at it.</summary>
    public static int Write(string source, string file, int number, string folder)
    {
        var sound = File.ReadAllBytes(Path.Combine(source, file));
        File.WriteAllBytes(
            Path.Combine(folder, file),
            file.EndsWith(".onnx", StringComparison.Ordinal)
                ? MutateGraph(sound, new Random(number))
                : MutateText(sound, new Random(number))
        );
        return 0;
    }

    private static async Task<string> OpenAsync(string folder)
    {
        try
        {
            using var model = await new OnnxModelRuntime().OpenAsync(
                folder,
                new ModelLoadOptions { Threads = 1, MemoryBudgetBytes = 1L << 30 },
                NullLoggerFactory.Instance,
                null,
                CancellationToken.None
            );
            return $"opened, {Compute(model.Decoder)}";
        }
        catch (LocalSlmException error)
        {
            return error.GetType().Name;
        }
#pragma warning disable CA1031 // Any other error is what is looked for.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return $"untyped {error.ToString().ReplaceLineEndings(" | ")}";
        }
    }

    /// <summary>Computes a prompt, steps of two conversations at once, and a conversation as long as there may be.</summary>
    private static string Compute(ITokenDecoder decoder)
    {
        var capabilities = decoder.Capabilities;
        var batch = new DecodeBatch(capabilities.BatchTokens, 2);
        var last = capabilities.VocabularySize - 1;
        batch.Add(0, 0, [last, 1, 2], 1);
        decoder.Decode(batch, CancellationToken.None);
        var words = new StringBuilder(batch.Statuses[0].ToString());
        if (batch.Statuses[0] != DecodeStatus.Done)
        {
            return words.ToString();
        }

        batch.Clear();
        batch.Add(0, 3, [last], 1);
        batch.Add(1, 0, [1], 1);
        decoder.Decode(batch, CancellationToken.None);
        words.Append(CultureInfo.InvariantCulture, $" {batch.Statuses[0]} {batch.Statuses[1]}");

        var length = batch.Statuses[0] == DecodeStatus.Done ? 4 : 3;
        var most = Math.Min(capabilities.SequenceTokens, 320);
        var status = DecodeStatus.Done;
        while (length < most && status == DecodeStatus.Done)
        {
            var count = Math.Min(capabilities.BatchTokens, Math.Min(97, most - length));
            batch.Clear();
            batch.Add(0, length, Enumerable.Repeat(last, count).ToArray(), 1);
            decoder.Decode(batch, CancellationToken.None);
            status = batch.Statuses[0];
            length += count;
        }

        return words.Append(CultureInfo.InvariantCulture, $" {status} at {length}").ToString();
    }

    private static byte[] MutateGraph(byte[] sound, Random random)
    {
        if (random.Next(5) == 0)
        {
            var bytes = (byte[])sound.Clone();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            return bytes;
        }

        var tree = MessageTree.Parse(sound)!;
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            tree.Mutate(random);
        }

        return tree.Write();
    }

    /// <summary>Puts another value in the place of a number or a word, or another byte in the place of one.</summary>
    private static byte[] MutateText(byte[] sound, Random random)
    {
        var text = Encoding.UTF8.GetString(sound);
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var at = random.Next(text.Length);
            var start = text.LastIndexOf(':', at) + 1;
            var end = text.IndexOfAny([',', '}', '\n'], start);
            text =
                random.Next(4) > 0 && start > 0 && end > start
                    ? string.Concat(
                        text.AsSpan(0, start),
                        s_fragments[random.Next(s_fragments.Length)],
                        text.AsSpan(end)
                    )
                    : string.Concat(text.AsSpan(0, at), ((char)random.Next(32, 127)).ToString(), text.AsSpan(at + 1));
        }

        return Encoding.UTF8.GetBytes(text);
    }
}
