using LocalSlm.Gguf.Interop;

namespace LocalSlm.Tests.Interop;

public sealed class NativeFileSearchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localslm-natives-").FullName;

    // File names as the npm packages @node-llama-cpp/* 3.21.1 carry them.
    [Theory]
    [InlineData("libllama.v0.4.0.so", "libggml.v0.4.0.so", "libggml-base.so")]
    [InlineData("libllama.vulkan.v0.4.0.so", "libggml.vulkan.v0.4.0.so", "libggml-base.so")]
    [InlineData("llama.v0.4.0.dll", "ggml.v0.4.0.dll", "ggml-base.dll")]
    [InlineData("llama.cuda.v0.4.0.dll", "ggml.cuda.v0.4.0.dll", "ggml-base.dll")]
    [InlineData("libllama.metal.v0.4.0.dylib", "libggml.metal.v0.4.0.dylib", "libggml-base.dylib")]
    [InlineData("libllama.so", "libggml.so", "libggml-base.so")]
    public void Find_NamesOfEverySystem_AreKnown(string llama, string ggml, string ggmlBase)
    {
        Write(
            llama,
            ggml,
            ggmlBase,
            "libggml-cpu-zen4.so",
            "ggml-cpu-zen4.dll",
            "libllama-common.so",
            "llama-addon.node"
        );
        var files = NativeFileSearch.Find(_folder, "0.4.0", out var problem);
        Assert.True(files is not null, problem);
        Assert.Equal(
            (llama, ggml, ggmlBase),
            (Path.GetFileName(files.Llama), Path.GetFileName(files.Ggml), Path.GetFileName(files.GgmlBase))
        );
        Assert.Equal(llama.Contains("v0.4.0", StringComparison.Ordinal) ? "0.4.0" : null, files.Version);
    }

    [Fact]
    public void Find_SeveralVersionsAndBackends_PrefersTheWantedVersionThenTheGpu()
    {
        Write(
            "libllama.cuda.v0.5.0.so",
            "libllama.v0.4.0.so",
            "libllama.vulkan.v0.4.0.so",
            "libggml.v0.4.0.so",
            "libggml.vulkan.v0.4.0.so",
            "libggml.cuda.v0.5.0.so",
            "libggml-base.so"
        );
        var files = NativeFileSearch.Find(_folder, "0.4.0", out _);
        Assert.Equal("libllama.vulkan.v0.4.0.so", Path.GetFileName(files?.Llama));
        Assert.Equal("libggml.vulkan.v0.4.0.so", Path.GetFileName(files?.Ggml));
    }

    [Fact]
    public void Find_WithoutGgml_SaysWhatIsMissing()
    {
        Write("libllama.v0.4.0.so", "libggml-base.so");
        Assert.Null(NativeFileSearch.Find(_folder, "0.4.0", out var problem));
        Assert.Contains("without its ggml library", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ListFolders_AllGiven_NamesThemInOrder()
    {
        var folders = NativeFileSearch.ListFolders("/named", "/environment", "/app");
        Assert.Equal("/named", folders[0]);
        Assert.Equal("/environment", folders[1]);
        Assert.Equal(
            Path.Combine("/app", "runtimes", NativeFileSearch.PortableRuntimeIdentifier, "native"),
            folders[^2]
        );
        Assert.Equal("/app", folders[^1]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            File.WriteAllBytes(Path.Combine(_folder, name), []);
        }
    }
}
