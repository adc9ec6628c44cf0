using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>What is opened: a chat model or an embedding model, with its options.</summary>
internal interface ILoadTarget<TModel>
    where TModel : class, IDisposable
{
    /// <summary>Gets the runtime.</summary>
    IModelRuntime Runtime { get; }

    /// <summary>Gets the path.</summary>
    string Path { get; }

    /// <summary>Gets the options that concern placement.</summary>
    ModelLoadOptions Options { get; }

    /// <summary>Gets the options that a placement is planned with.</summary>
    /// <param name="facts">The model.</param>
    ModelLoadOptions GetPlanOptions(ModelFacts facts) => Options;

    /// <summary>Opens it on one candidate.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="providerOptions">Options for the device's execution provider.</param>
    /// <param name="loggers">Where messages go.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<TModel> OpenAsync(
        PlacementCandidate candidate,
        IReadOnlyDictionary<string, string> providerOptions,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress> progress,
        CancellationToken cancellationToken
    );

    /// <summary>Gets the device that computes, in the runtime's words.</summary>
    string DeviceOf(TModel model);

    /// <summary>Gets what failed inside of the runtime on the way.</summary>
    IReadOnlyList<DeviceAttempt> FailedIn(TModel model);

    /// <summary>Tells what is wrong with where the model is, or <see langword="null"/>.</summary>
    string? FindMissingOffload(TModel model, PlacementCandidate candidate);

    /// <summary>Measures its speed. Blocks.</summary>
    MeasuredSpeed Measure(TModel model, string device, TimeProvider clock, CancellationToken cancellationToken);
}
