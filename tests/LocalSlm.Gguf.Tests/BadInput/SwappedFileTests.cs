using LocalSlm.Gguf.Format;
using LocalSlm.Gguf.Runtime;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Format;
using LocalSlm.Tests.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.BadInput;

/// <summary>The file that was checked is exchanged or cut before the library has read it.</summary>
[Collection("native")]
public sealed class SwappedFileTests
{
    /// <summary>The library has opened the file and reads it.</summary>
    [Theory]
    [InlineData("replaced", 1)]
    [InlineData("replaced", 2)]
    [InlineData("damaged", 1)]
    [InlineData("damaged", 2)]
    [InlineData("truncated", 1)]
    [InlineData("removed", 1)]
    public async Task OpenAsync_FileIsSwappedWhileItIsRead_IsATypedError(string what, int report)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.gguf", await BytesOf(TinyModelSet.LlamaBpe));
        var swap = new Swap(report, () => Spoil(folder, path, what));
        var error = await Assert.ThrowsAsync<ModelFileException>(() =>
            LoadedModels.Runtime.OpenAsync(path, Options(), NullLoggerFactory.Instance, swap, default)
        );
        Assert.Equal(path, error.Path);
        Assert.Contains("is not what was checked", error.Message, StringComparison.Ordinal);
        Assert.True(swap.IsDone);
    }

    [Fact]
    public async Task OpenEmbedderAsync_FileIsSwappedWhileItIsRead_IsATypedError()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.gguf", await BytesOf(TinyModelSet.Encoder));
        var swap = new Swap(1, () => Spoil(folder, path, "replaced"));
        await Assert.ThrowsAsync<ModelFileException>(() =>
            LoadedModels.Runtime.OpenEmbedderAsync(
                path,
                new EmbeddingLoadOptions { Load = { Threads = 1 } },
                NullLoggerFactory.Instance,
                swap,
                default
            )
        );
        Assert.True(swap.IsDone);
    }

    /// <summary>The library has not seen the file yet.</summary>
    [Theory]
    [InlineData("replaced")]
    [InlineData("damaged")]
    [InlineData("truncated")]
    [InlineData("removed")]
    public async Task PinnedFile_SwappedBetweenCheckAndOpening_IsRefused(string what)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.gguf", await BytesOf(TinyModelSet.LlamaBpe));
        var model = GgufModelFile.Open(path);
        Spoil(folder, path, what);
        var error = Assert.Throws<ModelFileException>(() => new PinnedFile(model));
        Assert.Equal(path, error.Path);
    }

    /// <summary>What the library opens is what was checked, whatever has its name by then.</summary>
    [Fact]
    public async Task PinnedFile_SwappedOnceItIsHeld_StillLeadsToTheCheckedFile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Handles have names on Linux.");
        using var folder = new TemporaryFolder();
        var bytes = await BytesOf(TinyModelSet.LlamaBpe);
        var path = folder.Write("model.gguf", bytes);
        using var file = new PinnedFile(GgufModelFile.Open(path));
        Spoil(folder, path, "damaged");

        Assert.Equal(bytes, await File.ReadAllBytesAsync(file.NativePath, TestContext.Current.CancellationToken));
        Assert.Equal($"cannot read '{path}'", file.Name($"cannot read '{file.NativePath}'"));
        Assert.Throws<ModelFileException>(file.ThrowIfChanged);
    }

    private static ModelLoadOptions Options()
    {
        // What is read to its end before the library looks back is not cut under a map, which would end the process.
        var options = LoadedModels.SmallOptions();
        options.UseMemoryMap = false;
        return options;
    }

    private static Task<byte[]> BytesOf(TinyModel model) => File.ReadAllBytesAsync(TinyModelFiles.Get(model));

    private static void Spoil(TemporaryFolder folder, string path, string what)
    {
        switch (what)
        {
            case "replaced":
                File.Copy(TinyModelFiles.Get(TinyModelSet.LlamaSentencePiece), folder.File("other"));
                File.Move(folder.File("other"), path, overwrite: true);
                break;
            case "damaged":
                var bytes = File.ReadAllBytes(path);
                bytes.AsSpan(8, 64).Fill(0xff);
                File.WriteAllBytes(folder.File("other"), bytes);
                File.Move(folder.File("other"), path, overwrite: true);
                break;
            case "truncated":
                File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);
                break;
            default:
                File.Delete(path);
                break;
        }
    }

    private sealed class Swap(int report, Action spoil) : IProgress<ModelLoadProgress>
    {
        private int _reports;

        public bool IsDone { get; private set; }

        public void Report(ModelLoadProgress value)
        {
            if (value.Stage == ModelLoadStage.LoadingWeights && ++_reports == report)
            {
                spoil();
                IsDone = true;
            }
        }
    }
}
