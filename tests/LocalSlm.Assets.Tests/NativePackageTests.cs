using LocalSlm.Assets;

namespace LocalSlm.Tests;

public class NativePackageTests
{
    // File names as the packages 3.21.1 list them.
    [Theory]
    [InlineData("libggml-base.so", true)]
    [InlineData("libggml.v0.4.0.so", true)]
    [InlineData("libggml-cpu-zen4.so", true)]
    [InlineData("libllama.v0.4.0.so", true)]
    [InlineData("libllama.metal.v0.4.0.dylib", true)]
    [InlineData("libggml-metal.so", true)]
    [InlineData("llama.v0.4.0.dll", true)]
    [InlineData("ggml-base.dll", true)]
    [InlineData("llama-common.dll", false)]
    [InlineData("libllama-common.so", false)]
    [InlineData("libllama-common.dylib", false)]
    [InlineData("llama-addon.node", false)]
    [InlineData("llama-addon.lib", false)]
    [InlineData("_nlcBuildMetadata.json", false)]
    public void IsNeeded_FileOfAPackage_TellsLibrariesFromTheRest(string fileName, bool expected) =>
        Assert.Equal(expected, NativePackage.IsNeeded(fileName));
}
