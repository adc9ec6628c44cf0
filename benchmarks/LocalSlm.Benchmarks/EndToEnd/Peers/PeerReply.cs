using System.Text.Json;

namespace LocalSlm.Benchmarks.EndToEnd.Peers;

/// <summary>What a peer says of a reply that it generated.</summary>
internal static class PeerReply
{
    /// <summary>Reads it.</summary>
    /// <returns>The time to the first token, the time from the first to the last, and the tokens.</returns>
    public static (TimeSpan Prefill, TimeSpan Decode, int[] Reply) Read(JsonDocument result)
    {
        var root = result.RootElement;
        return (
            TimeSpan.FromMilliseconds(root.GetProperty("prefill").GetDouble()),
            TimeSpan.FromMilliseconds(root.GetProperty("decode").GetDouble()),
            [.. root.GetProperty("reply").EnumerateArray().Select(token => token.GetInt32())]
        );
    }
}
