using System.Diagnostics;
using System.Text.Json;

namespace LocalSlm.Benchmarks.EndToEnd.Peers;

/// <summary>transformers.js with onnxruntime-node in a child process, for one model.</summary>
internal sealed class TransformersPeer : IDisposable
{
    private readonly PeerProcess _peer;

    private TransformersPeer(PeerProcess peer, string version)
    {
        _peer = peer;
        Version = version;
    }

    public Process Process => _peer.Process;

    public string Version { get; }

    /// <summary>Loads an embedding model with its 8-bit weights.</summary>
    public static Task<TransformersPeer> StartEmbeddingsAsync(string folder, int threads) =>
        StartAsync("embeddings", folder, "q8", threads);

    /// <summary>Loads a chat model with its 32-bit weights.</summary>
    public static Task<TransformersPeer> StartChatAsync(string folder, int threads) =>
        StartAsync("chat", folder, "fp32", threads);

    /// <summary>Embeds texts, so many a call.</summary>
    /// <returns>The time of all calls together.</returns>
    public async Task<TimeSpan> EmbedAsync(string[] texts, int textsPerCall)
    {
        using var result = await _peer.RequestAsync(
            new
            {
                texts,
                textsPerCall,
                vectors = false,
            }
        );
        return TimeSpan.FromMilliseconds(result.RootElement.GetProperty("time").GetDouble());
    }

    /// <summary>Embeds texts, so many a call.</summary>
    /// <returns>Their vectors.</returns>
    public async Task<float[][]> VectorsAsync(string[] texts, int textsPerCall)
    {
        using var result = await _peer.RequestAsync(
            new
            {
                texts,
                textsPerCall,
                vectors = true,
            }
        );
        return result.RootElement.GetProperty("vectors").Deserialize<float[][]>()!;
    }

    /// <summary>Generates.</summary>
    /// <returns>The time to the first token, the time from the first to the last, the tokens, and their text.</returns>
    public async Task<(TimeSpan Prefill, TimeSpan Decode, int[] Reply, string Text)> GenerateAsync(
        int[] prompt,
        int outputTokens
    )
    {
        using var result = await _peer.RequestAsync(new { tokens = prompt, output = outputTokens });
        var (prefill, decode, reply) = PeerReply.Read(result);
        return (prefill, decode, reply, result.RootElement.GetProperty("text").GetString()!);
    }

    public void Dispose() => _peer.Dispose();

    private static async Task<TransformersPeer> StartAsync(string task, string folder, string dtype, int threads)
    {
        var (peer, ready) = await PeerProcess.StartAsync(
            "transformers-js",
            new
            {
                task,
                folder,
                dtype,
                threads,
            }
        );
        using (ready)
        {
            return new TransformersPeer(peer, ready.RootElement.GetProperty("version").GetString()!);
        }
    }
}
