using Microsoft.Extensions.Logging;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>One model that many clients share: loaded once, when it is first wanted; unloaded when the host stops.</summary>
/// <remarks>A load belongs to nobody: a caller that gives up waiting does not end it for others, and a failed one is tried again
/// by the next caller. Safe for concurrent use.</remarks>
/// <typeparam name="TModel">The model.</typeparam>
/// <typeparam name="TClient">What requests are made to: a chat client or an embedding generator.</typeparam>
/// <param name="name">The name it is served under.</param>
/// <param name="loadAtStart">Whether it is loaded while the host starts.</param>
/// <param name="load">Loads it.</param>
/// <param name="makeClient">Makes the one client of a loaded model.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class SharedModel<TModel, TClient>(
    string name,
    bool loadAtStart,
    Func<CancellationToken, Task<TModel>> load,
    Func<TModel, TClient> makeClient,
    ILogger logger
) : ISharedModel
    where TModel : class, IDisposable, IAsyncDisposable
    where TClient : class
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _unloading = new();
    private Task<TModel>? _loading;
    private TModel? _loaded;
    private TClient? _client;
    private bool _disposed;

    /// <summary>Gets the name it is served under.</summary>
    public string Name => name;

    /// <summary>Gets a value indicating whether it is loaded while the host starts.</summary>
    public bool LoadAtStart => loadAtStart;

    /// <summary>Gets the client of the model if it is loaded. One for all, since it keeps what it learnt about templates.</summary>
    public TClient? Client => Volatile.Read(ref _client);

    /// <summary>Gets the model, loaded if need be.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the load.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public Task<TModel> GetAsync(CancellationToken cancellationToken)
    {
        Task<TModel> loading;
        lock (_gate)
        {
            if (_disposed)
            {
                throw new ModelUnloadedException(name);
            }

            if (_loading is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _loading = BeginLoadAsync();
            }

            loading = _loading;
        }

        return loading.WaitAsync(cancellationToken);
    }

    /// <summary>Gets the client of the model, loaded if need be.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the load.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public async Task<TClient> GetClientAsync(CancellationToken cancellationToken)
    {
        await GetAsync(cancellationToken).ConfigureAwait(false);
        return Client ?? throw new ModelUnloadedException(name);
    }

    /// <inheritdoc/>
    public Task LoadAsync(CancellationToken cancellationToken) => GetAsync(cancellationToken);

    /// <summary>Unloads the model, or ends its load. Waits for neither.</summary>
    public void Dispose()
    {
        if (BeginDispose())
        {
            // A load that is under way sees this and cleans up after itself.
            _loaded?.Dispose();
        }
    }

    /// <summary>Unloads the model, or ends its load.</summary>
    /// <returns>A task that ends when nothing of it is left.</returns>
    public async ValueTask DisposeAsync()
    {
        if (!BeginDispose())
        {
            return;
        }

        if (_loading is { } loading)
        {
            await ((Task)loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_loaded is { } model)
        {
            await model.DisposeAsync().ConfigureAwait(false);
        }

        _unloading.Dispose();
    }

    private bool BeginDispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return false;
            }

            _disposed = true;
            Volatile.Write(ref _client, null);
        }

        _unloading.Cancel();
        return true;
    }

    private async Task<TModel> BeginLoadAsync()
    {
        // Off the caller's thread and out of the lock, whatever the runtime does before its first wait.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        TModel model;
        try
        {
            model = await load(_unloading.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_unloading.IsCancellationRequested)
        {
            throw new ModelUnloadedException(name);
        }
        catch (Exception error)
        {
            // Nobody may be waiting any more; the callers that are get the same error.
            logger.LoadFailed(name, error.Message);
            throw;
        }

        lock (_gate)
        {
            if (!_disposed)
            {
                _loaded = model;
                Volatile.Write(ref _client, makeClient(model));
                return model;
            }
        }

        await model.DisposeAsync().ConfigureAwait(false);
        throw new ModelUnloadedException(name);
    }
}
