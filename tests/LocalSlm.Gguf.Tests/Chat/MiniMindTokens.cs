using System.Text.Json;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Chat;

/// <summary>What MiniMind2-Small's own publication says about its tokens.</summary>
internal static class MiniMindTokens
{
    /// <summary>Reads the names of the added tokens from <c>tokenizer.json</c>.</summary>
    public static List<string> ReadAddedTokens()
    {
        using var json = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(TestAssets.MiniMindSourceFolder, "tokenizer.json"))
        );
        return
        [
            .. json
                .RootElement.GetProperty("added_tokens")
                .EnumerateArray()
                .Select(t => t.GetProperty("content").GetString()!),
        ];
    }
}
