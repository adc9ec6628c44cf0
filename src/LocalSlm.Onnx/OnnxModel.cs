using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx;

/// <summary>Loads ONNX models without a container.</summary>
public static partial class OnnxModel
{
    private static readonly Lazy<OnnxModelRuntime> Runtime = new(static () => new OnnxModelRuntime());

    /// <summary>Loads an ONNX model and gives a chat client that owns it: disposing the client unloads the model.</summary>
    /// <param name="path">Its folder, or the <c>.onnx</c> file in it.</param>
    /// <param name="options">How to load it; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the loading; nothing is left behind.</param>
    /// <returns>The client, an <c>IChatClient</c>. Dispose it with <c>await using</c>.</returns>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>, or a file of the model is missing.</exception>
    /// <exception cref="ModelFileException">A file is damaged.</exception>
    /// <exception cref="UnsupportedModelException">The model cannot chat.</exception>
    /// <exception cref="ModelLoadException">ONNX Runtime refused the model, or cannot honour an option.</exception>
    /// <exception cref="NativeLibraryException">ONNX Runtime is missing or of another version.</exception>
    /// <exception cref="InsufficientMemoryException">The model does not fit.</exception>
    public static async Task<LocalChatClient> LoadChatClientAsync(
        string path,
        ModelLoadOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default
    )
    {
        var model = await LocalModel
            .LoadAsync(
                Runtime.Value,
                path,
                options,
                loggers: loggers,
                progress: progress,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return model.CreateOwningChatClient();
    }
}
