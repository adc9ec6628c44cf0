using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Lets the library read the weights of a checked file.</summary>
internal static class WeightsLoader
{
    private const int LoadModeNone = 0; // LLAMA_LOAD_MODE_NONE
    private const int LoadModeMap = 1; // LLAMA_LOAD_MODE_MMAP

    /// <summary>How much of a load's progress the weights are; the context is the rest.</summary>
    private const double WeightsShare = 0.95;

    /// <summary>Loads the weights.</summary>
    /// <param name="facts">The checked file.</param>
    /// <param name="file">The file, held.</param>
    /// <param name="load">How to load it, and where its layers go.</param>
    /// <param name="log">Where native messages go.</param>
    /// <param name="report">Told about progress.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is not what was checked any more.</exception>
    public static ModelHandle Load(
        ModelFacts facts,
        PinnedFile file,
        LoadPlan load,
        NativeLogScope log,
        Action<ModelLoadStage, double> report,
        CancellationToken cancellationToken
    )
    {
        file.ThrowIfChanged();
        var parameters = LlamaNative.llama_model_default_params();
        parameters.load_mode = load.Options.UseMemoryMap ? LoadModeMap : LoadModeNone;
        using var placement = load.ToNative();
        placement.Attach(ref parameters);
        using var callback = new LoadCallback(
            fraction => report(ModelLoadStage.LoadingWeights, fraction * WeightsShare),
            cancellationToken
        );
        callback.Attach(ref parameters);
        var model = ModelHandle.Load(file.NativePath, parameters);
        try
        {
            file.ThrowIfChanged();
        }
        catch
        {
            model?.Dispose();
            throw;
        }

        if (model is not null)
        {
            return model;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (callback.Error is { } error)
        {
            throw new ModelLoadException(facts.Path, "the receiver of the progress threw.", error);
        }

        var reason = file.Name(log.LastErrors);
        throw reason.Contains("unknown model architecture", StringComparison.Ordinal)
            ? new UnsupportedModelException(
                facts.Path,
                facts.Architecture,
                $"llama.cpp {NativeRuntime.PinnedVersion} does not know this architecture. Choose another model."
            )
            : new ModelLoadException(facts.Path, Describe(reason));
    }

    /// <summary>Puts the library's own words into a message.</summary>
    public static string Describe(string reason) =>
        reason.Length > 0
            ? $"llama.cpp said: {reason}"
            : "llama.cpp gave no reason. Raise the log level of the category LocalSlm.Gguf to Debug to see its messages.";
}
