using System.Text.Json;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Tools;

/// <summary>The sources of the chat templates among the golden data.</summary>
internal static class GoldenTemplate
{
    public static string? SourceOrNull(string name)
    {
        string path = Path.Combine(TestAssets.GoldenOrSkip("templates"), name + ".json");
        return File.Exists(path) ? Read(path) : null;
    }

    public static IEnumerable<(string Name, string Source)> ReadAllOrSkip() =>
        Directory
            .EnumerateFiles(TestAssets.GoldenOrSkip("templates"), "*.json")
            .Where(static path => Path.GetFileName(path) != "conversations.json")
            .Select(static path => (Path.GetFileNameWithoutExtension(path), Read(path)));

    private static string Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return json.RootElement.GetProperty("template").GetString()!;
    }
}
