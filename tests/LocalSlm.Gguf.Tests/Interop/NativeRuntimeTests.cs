using LocalSlm.Gguf.Interop;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Interop;

[Collection("native")]
public sealed class NativeRuntimeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localslm-natives-").FullName;

    [Fact]
    public void Load_NothingAnywhere_ListsEveryFolderAndWhatToAdd()
    {
        var missing = Path.Combine(_folder, "missing");
        var error = Assert.Throws<NativeLibraryException>(() => NativeRuntime.Load([missing, _folder]));
        Assert.Equal([missing, _folder], error.TriedPaths);
        Assert.Contains($"{missing}: there is no such folder", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_folder}: no file named like the llama library", error.Message, StringComparison.Ordinal);
        Assert.Contains("runtimes/", error.Message, StringComparison.Ordinal);
        Assert.Contains(NativeFileSearch.EnvironmentVariable, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FilesThatAreNoLibraries_GivesTheLoadersWords()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The file names are Linux's.");
        foreach (var name in (string[])["libllama.v0.4.0.so", "libggml.v0.4.0.so", "libggml-base.so"])
        {
            File.WriteAllText(Path.Combine(_folder, name), "this is no library");
        }

        var error = Assert.Throws<NativeLibraryException>(() => NativeRuntime.Load([_folder]));
        Assert.Contains(Path.Combine(_folder, "libllama.v0.4.0.so"), error.TriedPaths);

        // dlerror(3) of glibc for a file without the ELF magic, or shorter than an ELF header.
        Assert.Matches("invalid ELF header|file too short", error.Message);
    }

    [Fact]
    public void Load_AnotherVersionByName_NamesBothVersions()
    {
        foreach (var name in (string[])["libllama.v0.5.0.so", "libggml.v0.5.0.so", "libggml-base.so"])
        {
            File.WriteAllBytes(Path.Combine(_folder, name), []);
        }

        var error = Assert.Throws<NativeLibraryException>(() => NativeRuntime.Load([_folder]));
        Assert.Contains("is version 0.5.0", error.Message, StringComparison.Ordinal);
        Assert.Contains("built for 0.4.0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LibraryThatIsNotLlama_IsRefusedAsUnknownVersion()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The file names are Linux's.");
        var source = Path.Combine(TestAssets.NativeDirectory, "libggml-base.so");
        foreach (var name in (string[])["libllama.so", "libggml.so", "libggml-base.so"])
        {
            File.Copy(source, Path.Combine(_folder, name));
        }

        var error = Assert.Throws<NativeLibraryException>(() => NativeRuntime.Load([_folder]));
        Assert.Contains("unknown version", error.Message, StringComparison.Ordinal);
        Assert.Contains(NativeRuntime.PinnedVersion, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EnsureLoaded_RestoredLibraries_LoadsOnceAndTellsTheVersion()
    {
        var first = NativeRuntime.EnsureLoaded(TestAssets.NativeDirectory);
        Assert.StartsWith(NativeRuntime.PinnedVersion, first.Version, StringComparison.Ordinal);
        Assert.Same(first, NativeRuntime.EnsureLoaded(_folder));
    }

    [Fact]
    public void List_LibrariesOfAnotherFolder_AreFoundWithTheirVersion()
    {
        var loaded = NativeRuntime.EnsureLoaded(TestAssets.NativeDirectory);
        var foreign = ForeignLibraries.List(_folder);
        Assert.Contains(loaded.Files.Llama, foreign);
        Assert.Equal(loaded.Version, ForeignLibraries.GetVersion(loaded.Files.Llama));
        Assert.Empty(ForeignLibraries.List(loaded.Files.Directory));
    }

    [Fact]
    public void Check_DefaultsOfTheLibrary_AreTheKnownOnes()
    {
        NativeRuntime.EnsureLoaded(TestAssets.NativeDirectory);
        var model = LlamaNative.llama_model_default_params();
        var context = LlamaNative.llama_context_default_params();
        Assert.Null(LayoutCanary.Check(model, context));
        context.type_k = 0;
        Assert.Equal("type_k is 0 where 1 was expected", LayoutCanary.Check(model, context));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
