using System.Diagnostics;
using System.Text.Json;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Testing;

namespace LocalSlm.Benchmarks.EndToEnd.Peers;

/// <summary>node-llama-cpp in a child process, with the same native libraries. Restored by npm on first use.</summary>
internal sealed class NodePeer : IDisposable
{
    private NodePeer(Process process) => Process = process;

    public Process Process { get; }

    public static async Task<NodePeer> StartAsync(BenchmarkModel model, int threads, int contextTokens, int batchTokens)
    {
        var folder = await RestoreAsync();
        var options = JsonSerializer.Serialize(
            new
            {
                model = model.Path,
                threads,
                contextTokens,
                batchTokens,
            }
        );
        var peer = new NodePeer(Start("node", folder, "measure.mjs", options));
        using var ready = await peer.ReadAsync();
        return ready.RootElement.GetProperty("threads").GetInt32() == threads
            ? peer
            : throw new InvalidOperationException($"The peer does not compute with {threads} threads.");
    }

    /// <summary>Generates.</summary>
    /// <returns>The time to the first token, the time from the first to the last, and the tokens.</returns>
    public async Task<(TimeSpan Prefill, TimeSpan Decode, int[] Reply)> GenerateAsync(int[] prompt, int outputTokens)
    {
        await Process.StandardInput.WriteLineAsync(
            JsonSerializer.Serialize(new { tokens = prompt, output = outputTokens })
        );
        await Process.StandardInput.FlushAsync();
        using var result = await ReadAsync();
        var root = result.RootElement;
        return (
            TimeSpan.FromMilliseconds(root.GetProperty("prefill").GetDouble()),
            TimeSpan.FromMilliseconds(root.GetProperty("decode").GetDouble()),
            [.. root.GetProperty("reply").EnumerateArray().Select(token => token.GetInt32())]
        );
    }

    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }

    private static async Task<string> RestoreAsync()
    {
        using var restore = Start(
            "dotnet",
            TestAssets.RepositoryRoot,
            "run",
            "--project",
            "eng/LocalSlm.Assets",
            "--",
            "peer",
            "node-llama-cpp"
        );
        var output = await restore.StandardOutput.ReadToEndAsync();
        await restore.WaitForExitAsync();
        return restore.ExitCode == 0
            ? output.Trim().Split('\n')[^1].Trim()
            : throw new InvalidOperationException($"node-llama-cpp could not be restored: {output}");
    }

    private static Process Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    private async Task<JsonDocument> ReadAsync()
    {
        while (await Process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{'))
            {
                return JsonDocument.Parse(line);
            }
        }

        throw new InvalidOperationException("node-llama-cpp ended; its message is on standard error.");
    }
}
