using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using LocalSlm.Testing;

namespace LocalSlm.Tests;

public class TokenizerAssetTests
{
    [Theory]
    [InlineData("qwen3")]
    [InlineData("llama3_2")]
    [InlineData("gemma3")]
    [InlineData("llama2")]
    [InlineData("minimind2")]
    public void TokenizerJson_OfAGolden_IsTheFileItWasMadeWith(string golden)
    {
        using var file = File.OpenRead(TestAssets.GoldenOrSkip("tokenizers", $"{golden}.json.gz"));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var document = JsonDocument.Parse(unpacked);
        var package = document.RootElement.GetProperty("source").GetProperty("package").GetString()!;

        var bytes = File.ReadAllBytes(TestAssets.TokenizerJson(package));

        Assert.Equal(
            document.RootElement.GetProperty("sha256").GetString(),
            Convert.ToHexStringLower(SHA256.HashData(bytes))
        );
    }

    [Fact]
    public void MiniLmOnnxFolder_HasItsFiles()
    {
        // The package's own manifest of its model.
        foreach (var line in File.ReadAllLines(Path.Combine(TestAssets.MiniLmOnnxFolder, "model.sha256")))
        {
            var parts = line.Split("  ");
            var bytes = File.ReadAllBytes(Path.Combine(TestAssets.MiniLmOnnxFolder, parts[1]));
            Assert.Equal(parts[0], Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }
}
