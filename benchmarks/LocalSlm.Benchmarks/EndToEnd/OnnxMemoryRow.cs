using System.Diagnostics;
using System.Globalization;
using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>What one ONNX model really takes. ONNX Runtime does not tell, so it is how much the resident set of a process of its own grows
/// by the model and by conversations that hold all the tokens they may. Linux alone.</summary>
internal static class OnnxMemoryRow
{
    /// <summary>The argument of the process that measures.</summary>
    public const string Argument = "--onnx-row=";

    /// <summary>Measures in another process.</summary>
    /// <returns>The bytes that stay, and the most that there were at once.</returns>
    public static async Task<(long Resident, long Most)> MeasureAsync(string path, int context, int cache, int batch)
    {
        var row = string.Create(CultureInfo.InvariantCulture, $"{context},{cache},{batch},{path}");
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, ["e2e", Argument + row]) { RedirectStandardOutput = true }
        )!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var numbers = output.Split(' ', StringSplitOptions.TrimEntries);
        return (
            long.Parse(numbers[0], CultureInfo.InvariantCulture),
            long.Parse(numbers[1], CultureInfo.InvariantCulture)
        );
    }

    /// <summary>Measures in this process.</summary>
    public static async Task<int> RunAsync(string row)
    {
        var parts = row.Split(',', 4);
        var options = Options(
            int.Parse(parts[0], CultureInfo.InvariantCulture),
            int.Parse(parts[1], CultureInfo.InvariantCulture),
            int.Parse(parts[2], CultureInfo.InvariantCulture)
        );

        // What the library and this process take for themselves is there before.
        using (var first = await OpenAsync(parts[3], options))
        {
            _ = GreedyLoop.Generate(first.Decoder, [1, 2, 3], 4);
        }

        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");
        var before = Read("VmRSS");
        using var model = await OpenAsync(parts[3], options);
        Fill(model.Decoder);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Read("VmRSS") - before} {Read("VmHWM") - before}")
        );
        return 0;
    }

    public static ModelLoadOptions Options(int context, int cache, int batch) =>
        new()
        {
            ContextTokens = context,
            CacheTokens = cache,
            BatchTokens = batch,
            PrefillChunkTokens = 32,
            RequireDevice = DeviceSelector.Cpu,
        };

    private static Task<IRuntimeModel> OpenAsync(string path, ModelLoadOptions options) =>
        new OnnxModelRuntime().OpenAsync(path, options, NullLoggerFactory.Instance, null, CancellationToken.None);

    private static void Fill(ITokenDecoder decoder)
    {
        var can = decoder.Capabilities;
        var batch = new DecodeBatch(can.BatchTokens, 1);
        for (var sequence = 0; (sequence + 1) * can.SequenceTokens <= can.TotalTokens; sequence++)
        {
            for (var at = 0; at < can.SequenceTokens; at += can.BatchTokens)
            {
                var tokens = new int[Math.Min(can.BatchTokens, can.SequenceTokens - at)];
                Array.Fill(tokens, 1 + sequence);
                batch.Clear();
                batch.Add(sequence, at, tokens, 1);
                decoder.Decode(batch, CancellationToken.None);
                if (batch.Statuses[0] != DecodeStatus.Done)
                {
                    throw new InvalidOperationException($"Sequence {sequence}, token {at}: {batch.Statuses[0]}.");
                }
            }
        }
    }

    private static long Read(string field)
    {
        GC.Collect();
        var line = File.ReadLines("/proc/self/status").First(one => one.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
            << 10;
    }
}
