using LocalSlm.Onnx.Runtime;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx;

public sealed partial class OnnxModelRuntime
{
    /// <inheritdoc/>
    /// <exception cref="ModelLoadException">ONNX Runtime refused it, or cannot honour an option: each is named.</exception>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The load was cancelled.</exception>
    public Task<IRuntimeEmbedder> OpenEmbedderAsync(
        string path,
        EmbeddingLoadOptions options,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        var loader = new OnnxEmbedderLoader(path, options.Clone(), _options, loggers, progress, OnnxTokenizer.Load);
        return loader.LoadAsync(cancellationToken);
    }
}
