using Microsoft.Extensions.Logging;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>One model that many clients share: loaded once, when it is first wanted; unloaded when the host stops.</summary>
/// <remarks>A load belongs to nobody: a caller that gives up waiting does not end it for others, and a failed one is tried again
/// by the next caller. Safe for concurrent use.</remarks>
internal sealed class SharedModel(string name, ChatModelOptions options, ModelLoader loader, ILogger logger)
    : IDisposable,
        IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _unloading = new();
    private Task<LocalModel>? _loading;
    private LocalModel? _loaded;
    private LocalChatClient? _client;
    private bool _disposed;

    /// <summary>Gets the name it is served under.</summary>
    public string Name => name;

    /// <summary>Gets its options.</summary>
    public ChatModelOptions Options => options;

    /// <summary>Gets the client of the model if it is loaded. One for all, since it keeps what it learnt about templates.</summary>
    public LocalChatClient? Client => Volatile.Read(ref _client);

    /// <summary>Gets the model, loaded if need be.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the load.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public Task<LocalModel> GetAsync(CancellationToken cancellationToken)
    {
        Task<LocalModel> loading;
        lock (_gate)
        {
            if (_disposed)
            {
                throw new ModelUnloadedException(name);
            }

            if (_loading is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _loading = LoadAsync();
            }

            loading = _loading;
        }

        return loading.WaitAsync(cancellationToken);
    }

    /// <summary>Gets the client of the model, loaded if need be.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the load.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public async Task<LocalChatClient> GetClientAsync(CancellationToken cancellationToken)
    {
        await GetAsync(cancellationToken).ConfigureAwait(false);
        return Client ?? throw new ModelUnloadedException(name);
    }

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

    private async Task<LocalModel> LoadAsync()
    {
        // Off the caller's thread and out of the lock, whatever the runtime does before its first wait.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        LocalModel model;
        try
        {
            model = await loader.LoadAsync(name, options, _unloading.Token).ConfigureAwait(false);
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
                Volatile.Write(ref _client, model.CreateChatClient());
                return model;
            }
        }

        await model.DisposeAsync().ConfigureAwait(false);
        throw new ModelUnloadedException(name);
    }
}
