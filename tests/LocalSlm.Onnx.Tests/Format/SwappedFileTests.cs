using LocalSlm.Testing;
using LocalSlm.Tests.Runtime;
using LocalSlm.Tests.TinyOnnx;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Format;

/// <summary>Files that were checked are exchanged or cut before ONNX Runtime has read them.</summary>
[Collection("native")]
public sealed class SwappedFileTests
{
    [Theory]
    [InlineData("replaced")]
    [InlineData("damaged")]
    [InlineData("truncated")]
    [InlineData("removed")]
    public async Task OpenAsync_GraphIsSwappedAfterTheCheck_IsATypedError(string what)
    {
        var folder = Copy(TinyDecoderFolder.Get(TinyDecoderSet.Get("grouped")));
        var graph = Path.Combine(folder, "model.onnx");
        await RefusesAsync(
            folder,
            graph,
            () =>
            {
                switch (what)
                {
                    case "replaced":
                        var other = Path.Combine(TinyDecoderFolder.Get(TinyDecoderSet.Get("copied")), "model.onnx");
                        File.Copy(other, Path.Combine(folder, "other"));
                        File.Move(Path.Combine(folder, "other"), graph, overwrite: true);
                        break;
                    case "damaged":
                        var bytes = File.ReadAllBytes(graph);
                        bytes.AsSpan(bytes.Length / 2, 64).Fill(0xff);
                        File.WriteAllBytes(graph, bytes);
                        break;
                    case "truncated":
                        File.WriteAllBytes(graph, File.ReadAllBytes(graph)[..1000]);
                        break;
                    default:
                        File.Delete(graph);
                        break;
                }
            }
        );
    }

    /// <summary>ONNX Runtime maps external weights: a file that is too short by then would end the process.</summary>
    [Fact]
    public async Task OpenAsync_WeightsAreCutAfterTheCheck_IsATypedError()
    {
        var folder = Copy(TestAssets.ModelOrSkip("tiny-llama-genai-fp32"));
        var weights = Path.Combine(folder, "model.onnx.data");
        await RefusesAsync(folder, weights, () => File.WriteAllBytes(weights, new byte[1000]));
    }

    private static async Task RefusesAsync(string folder, string file, Action spoil)
    {
        try
        {
            var swap = new Swap(spoil);
            var error = await Assert.ThrowsAsync<ModelFileException>(() =>
                LoadedOnnxModels.Runtime.OpenAsync(
                    folder,
                    LoadedOnnxModels.SmallOptions(),
                    NullLoggerFactory.Instance,
                    swap,
                    default
                )
            );
            Assert.Equal(file, error.Path);
            Assert.Contains("is not what was checked", error.Message, StringComparison.Ordinal);
            Assert.True(swap.IsDone);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Copy(string source)
    {
        var folder = Directory.CreateTempSubdirectory("localslm-swapped-").FullName;
        foreach (var file in Directory.EnumerateFiles(source))
        {
            // Not File.Copy: the copies must be writable.
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        return folder;
    }

    private sealed class Swap(Action spoil) : IProgress<ModelLoadProgress>
    {
        public bool IsDone { get; private set; }

        public void Report(ModelLoadProgress value)
        {
            if (value.Stage == ModelLoadStage.LoadingWeights && !IsDone)
            {
                spoil();
                IsDone = true;
            }
        }
    }
}
