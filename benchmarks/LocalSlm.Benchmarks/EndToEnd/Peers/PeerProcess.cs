using System.Diagnostics;
using System.Text.Json;
using LocalSlm.Testing;

namespace LocalSlm.Benchmarks.EndToEnd.Peers;

/// <summary>A program of <c>benchmarks/peers</c> in a child process: a request is a line of JSON, and so is its result. Restored by
/// npm on first use.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly string _name;

    private PeerProcess(string name, Process process)
    {
        _name = name;
        Process = process;
    }

    public Process Process { get; }

    /// <summary>Starts it.</summary>
    /// <param name="name">Its folder's name.</param>
    /// <param name="options">What it is told at its start.</param>
    /// <returns>The process, and what it says of itself once it is ready.</returns>
    public static async Task<(PeerProcess Peer, JsonDocument Ready)> StartAsync(string name, object options)
    {
        var folder = await RestoreAsync(name);
        var peer = new PeerProcess(name, Start("node", folder, "measure.mjs", JsonSerializer.Serialize(options)));
        return (peer, await peer.ReadAsync());
    }

    /// <summary>Sends a request.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Its result, which the caller disposes.</returns>
    public async Task<JsonDocument> RequestAsync(object request)
    {
        await Process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request));
        await Process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }

    private static async Task<string> RestoreAsync(string name)
    {
        using var restore = Start(
            "dotnet",
            TestAssets.RepositoryRoot,
            "run",
            "--project",
            "eng/LocalSlm.Assets",
            "--",
            "peer",
            name
        );
        var output = await restore.StandardOutput.ReadToEndAsync();
        await restore.WaitForExitAsync();
        return restore.ExitCode == 0
            ? output.Trim().Split('\n')[^1].Trim()
            : throw new InvalidOperationException($"{name} could not be restored: {output}");
    }

    private static Process Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // ONNX Runtime in a peer would write files and open connections.
            Environment = { ["ORT_DISABLE_TELEMETRY"] = "1" },
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

        throw new InvalidOperationException($"{_name} ended; its message is on standard error.");
    }
}
