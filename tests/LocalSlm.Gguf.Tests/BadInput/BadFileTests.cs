using System.Diagnostics.CodeAnalysis;
using LocalSlm.Gguf;
using LocalSlm.Gguf.Interop;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Format;
using LocalSlm.Tests.Runtime;

namespace LocalSlm.Tests.BadInput;

/// <summary>What cannot be loaded is refused with a typed error that names it, and leaves no native object behind.</summary>
[Collection("native")]
public sealed class BadFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _handles = LiveHandles.Count;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task LoadAsync_NothingThere_IsModelNotFound()
    {
        var path = _folder.File("absent.gguf");
        var error = await RefusedAsync<ModelNotFoundException>(path);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_Directory_IsAModelError()
    {
        var path = Directory.CreateDirectory(_folder.File("folder.gguf")).FullName;
        var error = await RefusedAsync<ModelFileException>(path);
        Assert.Contains("folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_EmptyFile_IsAFileError()
    {
        var error = await RefusedAsync<ModelFileException>(_folder.Write("empty.gguf", []));
        Assert.Contains("empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_WrongMagic_IsAFileError()
    {
        var bytes = TinyModelSet.LlamaBpe.ToBytes();
        bytes[0] = (byte)'X';
        await RefusedAsync<ModelFileException>(_folder.Write("magic.gguf", bytes));
    }

    [Fact]
    public async Task LoadAsync_FutureVersion_IsAFileErrorThatNamesIt()
    {
        var bytes = TinyModelSet.LlamaBpe.ToBytes();
        bytes[4] = 77;
        var error = await RefusedAsync<LocalSlmException>(_folder.Write("future.gguf", bytes));
        Assert.Contains("77", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(1_000)]
    [InlineData(-1)]
    public async Task LoadAsync_TruncatedFile_IsAFileError(int length)
    {
        var bytes = TinyModelSet.LlamaBpe.ToBytes();
        var kept = length > 0 ? length : bytes.Length + length;
        await RefusedAsync<ModelFileException>(_folder.Write("short.gguf", bytes[..kept]));
    }

    [Theory]
    [InlineData(100_000_000)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MaxValue - 255)]
    public async Task LoadAsync_ContextLargerThanMemory_IsRefusedWithBothFigures(int tokens)
    {
        var error = await RefusedAsync<InsufficientMemoryException>(
            TestAssets.MiniMindPath,
            new ModelLoadOptions { ContextTokens = tokens }
        );
        Assert.True(error.RequiredBytes > error.AvailableBytes);
    }

    [Theory]
    [InlineData(100_000_000)]
    [InlineData(int.MaxValue)]
    public async Task LoadAsync_HugeContextOfARecurrentModel_IsRefusedOrHasOne(int tokens)
    {
        // A recurrent model keeps no token, so any context fits; it must not be taken as a size of anything.
        var path = TinyModelFiles.Get(TinyModelSet.Mamba);
        var options = new ModelLoadOptions { ContextTokens = tokens, Threads = 1 };
        try
        {
            await using var model = await LocalModel.LoadAsync(LoadedModels.Runtime, path, options);
            Assert.InRange(model.Info.ContextTokens, 256, int.MaxValue);
        }
        catch (InsufficientMemoryException error)
        {
            Assert.True(error.RequiredBytes > error.AvailableBytes);
        }

        Assert.Equal(_handles, LiveHandles.Count);
    }

    [Theory]
    [InlineData("BatchTokens", 16_384)]
    [InlineData("Threads", int.MaxValue)]
    [InlineData("CacheTokens", int.MaxValue)]
    public async Task LoadAsync_HugeOption_IsRefusedByTypeOrBounded(string option, int value)
    {
        var options = new ModelLoadOptions { ContextTokens = 512, CacheTokens = 512 };
        typeof(ModelLoadOptions).GetProperty(option)!.SetValue(options, value);
        try
        {
            await using var model = await LocalModel.LoadAsync(LoadedModels.Runtime, TestAssets.MiniMindPath, options);
            Assert.InRange(model.Info.Threads, 1, 4096);
        }
        catch (Exception error) when (error is LocalSlmException or ArgumentOutOfRangeException)
        {
            Assert.Contains(option, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(_handles, LiveHandles.Count);
    }

    [Fact]
    public async Task LoadAsync_TemplateThatCannotBeParsed_LeavesNothing()
    {
        var options = LoadedModels.SmallOptions();
        options.ChatTemplate = "{% for";
        await RefusedAsync<ChatTemplateException>(TestAssets.MiniMindPath, options);
    }

    [Theory]
    [InlineData(ModelLoadStage.Inspecting)]
    [InlineData(ModelLoadStage.LoadingWeights)]
    [InlineData(ModelLoadStage.CreatingContext)]
    [InlineData(ModelLoadStage.Ready)]
    public async Task LoadAsync_ProgressReceiverThrows_LeavesNothing(ModelLoadStage stage)
    {
        var threads = CountThreads();
        var mine = new InvalidOperationException("mine");
        var progress = new Recorder(step => _ = step.Stage == stage ? throw mine : 0);
        var error = await Assert.ThrowsAnyAsync<Exception>(() =>
            LocalModel.LoadAsync(
                LoadedModels.Runtime,
                TestAssets.MiniMindPath,
                LoadedModels.SmallOptions(),
                progress: progress
            )
        );
        Assert.Same(mine, error.InnerException ?? error);
        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(threads);
    }

    [Fact]
    public async Task LoadAsync_LastReceiverThrows_LeavesNoEngine()
    {
        // The second "ready" comes when the engine is there already.
        var threads = CountThreads();
        var mine = new InvalidOperationException("mine");
        var seen = 0;
        var progress = new Recorder(step => _ = step.Stage == ModelLoadStage.Ready && ++seen == 2 ? throw mine : 0);
        try
        {
            await using var model = await LocalModel.LoadAsync(
                LoadedModels.Runtime,
                TestAssets.MiniMindPath,
                LoadedModels.SmallOptions(),
                progress: progress
            );
        }
        catch (InvalidOperationException error)
        {
            Assert.Same(mine, error);
        }

        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(threads);
    }

    [Fact]
    public async Task LoadAsync_CancelledBefore_ReadsNothing()
    {
        var progress = new Recorder();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            LocalModel.LoadAsync(
                LoadedModels.Runtime,
                TestAssets.MiniMindPath,
                progress: progress,
                cancellationToken: cancelled.Token
            )
        );
        Assert.Equal(cancelled.Token, error.CancellationToken);
        Assert.Empty(progress.Steps);
        Assert.Equal(_handles, LiveHandles.Count);
    }

    [Theory]
    [InlineData(ModelLoadStage.Inspecting)]
    [InlineData(ModelLoadStage.LoadingWeights)]
    [InlineData(ModelLoadStage.CreatingContext)]
    public async Task LoadAsync_CancelledDuringAStage_EndsWithTheCallersTokenAndLeavesNothing(ModelLoadStage stage)
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Recorder(step =>
        {
            if (step.Stage == stage)
            {
                cancellation.Cancel();
            }
        });
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            LocalModel.LoadAsync(
                LoadedModels.Runtime,
                TestAssets.MiniMindPath,
                LoadedModels.SmallOptions(),
                progress: progress,
                cancellationToken: cancellation.Token
            )
        );
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.DoesNotContain(progress.Steps, step => step.Stage == ModelLoadStage.Ready);
        Assert.Equal(_handles, LiveHandles.Count);
    }

    [Fact]
    public async Task LoadAsync_ToTheEnd_ReportsRisingProgressThatEndsReady()
    {
        var progress = new Recorder();
        await using var model = await LocalModel.LoadAsync(
            LoadedModels.Runtime,
            TestAssets.MiniMindPath,
            LoadedModels.SmallOptions(),
            progress: progress
        );
        Assert.Equal(progress.Steps.OrderBy(step => (step.Stage, step.Fraction)), progress.Steps);
        Assert.Equal(new ModelLoadProgress(ModelLoadStage.Ready, 1), progress.Steps[^1]);
    }

    [Fact]
    public async Task LoadAsync_FileWithoutPermission_IsAFileErrorThatSaysSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Permissions are Unix modes here.");
        var path = TinyModelSet.LlamaBpe.WriteTo(_folder.Path);
        DenyReading(path);
        var run = Environment.IsPrivilegedProcess
            ? await RunUnprivilegedAsync(path)
            : await ProbeRun.StartAsync("load", path);

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.StartsWith(nameof(ModelFileException), run.Output, StringComparison.Ordinal);
        Assert.Contains(path, run.Output, StringComparison.Ordinal);
        Assert.Contains("permission", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Root may read everything, so the load runs as the user "nobody" (65534 by convention), who must be able to reach
    /// the program: it is copied to a place of its own.</summary>
    private static async Task<ProbeRun> RunUnprivilegedAsync(string path)
    {
        const string Setpriv = "/usr/bin/setpriv";
        Assert.SkipUnless(File.Exists(Setpriv), "This process may read everything, and setpriv is not there.");
        using var place = new TemporaryFolder();
        OpenToAll(place.Path);
        OpenToAll(Path.GetDirectoryName(path)!);
        foreach (var folder in (string[])[Path.GetDirectoryName(ProbeRun.ProbePath)!, TestAssets.NativeDirectory])
        {
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                File.Copy(file, place.File(Path.GetFileName(file)), overwrite: true);
            }
        }

        return await ProbeRun.StartProgramAsync(
            Setpriv,
            [
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--no-new-privs",
                Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet",
                place.File("LocalSlm.NativeProbe.dll"),
                place.Path,
                "load",
                path,
            ],
            place.Path
        );
    }

    [SuppressMessage("Interoperability", "CA1416", Justification = "Asked before.")]
    private static void DenyReading(string path) => File.SetUnixFileMode(path, UnixFileMode.None);

    [SuppressMessage("Interoperability", "CA1416", Justification = "Asked before.")]
    private static void OpenToAll(string folder) =>
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

    private static int CountThreads() => LiveThreads.Count();

    private async Task<T> RefusedAsync<T>(string path, ModelLoadOptions? options = null)
        where T : Exception
    {
        var error = await Assert.ThrowsAnyAsync<T>(() => LocalModel.LoadAsync(LoadedModels.Runtime, path, options));
        Assert.Equal(_handles, LiveHandles.Count);
        return error;
    }

    private sealed class Recorder(Action<ModelLoadProgress>? then = null) : IProgress<ModelLoadProgress>
    {
        public List<ModelLoadProgress> Steps { get; } = [];

        public void Report(ModelLoadProgress value)
        {
            Steps.Add(value);
            then?.Invoke(value);
        }
    }
}
