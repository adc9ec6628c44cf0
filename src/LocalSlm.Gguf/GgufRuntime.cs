using LocalSlm.Gguf.Format;
using LocalSlm.Gguf.Interop;
using LocalSlm.Gguf.Runtime;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Gguf;

/// <summary>Serves GGUF files on llama.cpp. Safe for concurrent use.</summary>
public sealed class GgufRuntime : IModelRuntime
{
    private readonly string? _nativeDirectory;
    private readonly InspectedModel _inspected = new();

    /// <summary>Creates the runtime; nothing native is loaded before it is needed.</summary>
    /// <param name="options">Where the native libraries are; <see langword="null"/> for the defaults. Copied.</param>
    public GgufRuntime(GgufRuntimeOptions? options = null) => _nativeDirectory = options?.NativeDirectory;

    /// <inheritdoc/>
    public string Name => "llama.cpp";

    /// <inheritdoc/>
    public string RecognisedFiles => "a file that begins with the letters GGUF";

    /// <inheritdoc/>
    public string? NativeVersion => NativeRuntime.Loaded?.Version;

    /// <inheritdoc/>
    public bool Recognises(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> start = stackalloc byte[4];
            return RandomAccess.Read(file, start, 0) == start.Length && start.SequenceEqual("GGUF"u8);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder, nothing at all, or a file that may not be read: Inspect says which.
            return path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <inheritdoc/>
    public ModelFacts Inspect(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return _inspected.Open(path).Facts;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ComputeDevice> ListDevices()
    {
        NativeRuntime.EnsureLoaded(_nativeDirectory);
        return NativeDevices.List();
    }

    /// <inheritdoc/>
    public MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(options);
        return GgufMemory.Estimate(facts, options);
    }

    /// <inheritdoc/>
    /// <exception cref="UnsupportedModelException">It is sound, but of a kind that cannot generate text here.</exception>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The load was cancelled.</exception>
    public Task<IRuntimeModel> OpenAsync(
        string path,
        ModelLoadOptions options,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        var loader = new GgufModelLoader(path, options.Clone(), _inspected, _nativeDirectory, loggers, progress);
        return loader.LoadAsync(cancellationToken);
    }

    /// <inheritdoc/>
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
        var loader = new GgufEmbedderLoader(path, options.Clone(), _inspected, _nativeDirectory, loggers, progress);
        return loader.LoadAsync(cancellationToken);
    }
}
