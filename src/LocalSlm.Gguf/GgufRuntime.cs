using LocalSlm.Gguf.Interop;
using LocalSlm.Gguf.Runtime;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Gguf;

/// <summary>Serves GGUF files on llama.cpp. Safe for concurrent use.</summary>
public sealed class GgufRuntime : IModelRuntime
{
    private readonly string? _nativeDirectory;

    /// <summary>Creates the runtime; nothing native is loaded before it is needed.</summary>
    /// <param name="options">Where the native libraries are; <see langword="null"/> for the defaults. Copied.</param>
    public GgufRuntime(GgufRuntimeOptions? options = null) => _nativeDirectory = options?.NativeDirectory;

    /// <inheritdoc/>
    public string Name => "llama.cpp";

    /// <inheritdoc/>
    public bool Recognises(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return GgufInspector.Recognises(path);
    }

    /// <inheritdoc/>
    public ModelFacts Inspect(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return GgufInspector.Inspect(path);
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
        return MemoryPlanner.Estimate(facts, options);
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
        var loader = new GgufModelLoader(path, options.Clone(), _nativeDirectory, loggers, progress);
        return loader.LoadAsync(cancellationToken);
    }
}
