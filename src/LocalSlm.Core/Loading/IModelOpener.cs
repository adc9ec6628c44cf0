namespace LocalSlm.Loading;

/// <summary>Opens one model, on one candidate of its placement after another until one serves. One opener lives as long as its model; it is
/// used by one caller at a time.</summary>
/// <typeparam name="TModel">What is opened.</typeparam>
internal interface IModelOpener<TModel>
    where TModel : class, IDisposable
{
    /// <summary>Opens the model on the first candidate that serves.</summary>
    /// <param name="progress">Told about progress, on the loading thread.</param>
    /// <param name="cancellationToken">Ends the loading; nothing is left behind.</param>
    /// <exception cref="ModelLoadException">No candidate serves; each is listed with its reason.</exception>
    /// <exception cref="InsufficientMemoryException">It fits nowhere.</exception>
    Task<OpenedModel<TModel>> OpenAsync(IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Opens the model again, on a candidate after the one in use, whose device failed while it computed. The failure counts
    /// against that device for later loads.</summary>
    /// <param name="reason">What the device said.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <exception cref="ModelLoadException">No candidate is left, or none of them serves.</exception>
    Task<OpenedModel<TModel>> ReopenAsync(string reason, CancellationToken cancellationToken);
}
