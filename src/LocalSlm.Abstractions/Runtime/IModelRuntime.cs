using Microsoft.Extensions.Logging;

namespace LocalSlm;

/// <summary>A runtime that can serve models: it recognises, inspects, estimates and opens them. All policy stands above it.
/// Implementations are safe for concurrent use.</summary>
public interface IModelRuntime
{
    /// <summary>Gets the name, such as <c>llama.cpp</c>.</summary>
    string Name { get; }

    /// <summary>Gets what its models look like, for the error that no runtime recognises a path: a phrase such as <c>a file that begins
    /// with the letters GGUF</c>.</summary>
    string RecognisedFiles => "files of its own";

    /// <summary>Tells, cheaply and without loading, whether a path looks like a model of this runtime.</summary>
    /// <param name="path">A file or folder.</param>
    /// <returns><see langword="true"/> if <see cref="Inspect"/> is worth a try.</returns>
    bool Recognises(string path);

    /// <summary>Reads and checks what a model's files say, without loading it.</summary>
    /// <param name="path">A file or folder.</param>
    /// <returns>The facts.</returns>
    /// <exception cref="ModelNotFoundException">Nothing is there.</exception>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It is sound, but of a kind that cannot be served.</exception>
    ModelFacts Inspect(string path);

    /// <summary>Lists the devices that this runtime can compute on now.</summary>
    /// <returns>The devices; at least the processor.</returns>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    IReadOnlyList<ComputeDevice> ListDevices();

    /// <summary>Gets the version of the native library; <see langword="null"/> before it is loaded.</summary>
    string? NativeVersion => null;

    /// <summary>Estimates the memory that a model will take. Pure: it reads no machine state and loads nothing.</summary>
    /// <param name="facts">The facts that <see cref="Inspect"/> gave.</param>
    /// <param name="options">How it would be loaded. The parts by device are those of <see cref="ModelLoadOptions.Devices"/>, where each
    /// names one device, with <see cref="ModelLoadOptions.GpuLayers"/> of the layers.</param>
    /// <returns>The estimate.</returns>
    MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options);

    /// <summary>Loads a model. The file is checked first; native code never sees an unchecked one.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="options">How to load it; copied.</param>
    /// <param name="loggers">Where native and managed messages go.</param>
    /// <param name="progress">Told about progress, on the loading thread.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>The loaded model; the caller disposes it.</returns>
    /// <exception cref="ModelNotFoundException">Nothing is there.</exception>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="ModelLoadException">The native library refused it.</exception>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    Task<IRuntimeModel> OpenAsync(
        string path,
        ModelLoadOptions options,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    );

    /// <summary>Loads an embedding model. The file is checked first; native code never sees an unchecked one.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="options">How to load it; copied.</param>
    /// <param name="loggers">Where native and managed messages go.</param>
    /// <param name="progress">Told about progress, on the loading thread.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>The loaded model; the caller disposes it.</returns>
    /// <exception cref="ModelNotFoundException">Nothing is there.</exception>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It makes no embeddings, or this runtime has no part that serves them.</exception>
    /// <exception cref="ModelLoadException">The native library refused it.</exception>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    Task<IRuntimeEmbedder> OpenEmbedderAsync(
        string path,
        EmbeddingLoadOptions options,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    ) =>
        Task.FromException<IRuntimeEmbedder>(
            new UnsupportedModelException(path, architecture: null, $"{Name} serves no embedding models.")
        );
}
