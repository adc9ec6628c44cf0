using System.Diagnostics;
using LocalSlm.Benchmarks.EndToEnd.Measuring;

namespace LocalSlm.Benchmarks.EndToEnd.Peers;

/// <summary>node-llama-cpp in a child process, with the same native libraries.</summary>
internal sealed class NodePeer : IDisposable
{
    private readonly PeerProcess _peer;

    private NodePeer(PeerProcess peer) => _peer = peer;

    public Process Process => _peer.Process;

    public static async Task<NodePeer> StartAsync(BenchmarkModel model, int threads, int contextTokens, int batchTokens)
    {
        var (peer, ready) = await PeerProcess.StartAsync(
            "node-llama-cpp",
            new
            {
                model = model.Path,
                threads,
                contextTokens,
                batchTokens,
            }
        );
        using (ready)
        {
            return ready.RootElement.GetProperty("threads").GetInt32() == threads
                ? new NodePeer(peer)
                : throw new InvalidOperationException($"The peer does not compute with {threads} threads.");
        }
    }

    /// <summary>Generates.</summary>
    /// <returns>The time to the first token, the time from the first to the last, and the tokens.</returns>
    public async Task<(TimeSpan Prefill, TimeSpan Decode, int[] Reply)> GenerateAsync(int[] prompt, int outputTokens)
    {
        using var result = await _peer.RequestAsync(new { tokens = prompt, output = outputTokens });
        return PeerReply.Read(result);
    }

    public void Dispose() => _peer.Dispose();
}
