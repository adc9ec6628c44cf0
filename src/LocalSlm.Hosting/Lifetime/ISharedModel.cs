namespace LocalSlm.Hosting.Lifetime;

/// <summary>A model of either kind that belongs to the host.</summary>
internal interface ISharedModel : IDisposable, IAsyncDisposable
{
    /// <summary>Gets a value indicating whether it is loaded while the host starts.</summary>
    bool LoadAtStart { get; }

    /// <summary>Loads it, if that has not been done.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the load.</param>
    /// <returns>A task that ends when it is loaded.</returns>
    Task LoadAsync(CancellationToken cancellationToken);
}
