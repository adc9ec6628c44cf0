using LocalSlm.Scheduling;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>The model that serves now. When its device has failed, another takes its place, and the old one is freed elsewhere: that
/// may take long, or never end, where a driver is broken. Disposing the seat frees the model and waits for the old ones, though
/// not for ever.</summary>
/// <remarks>One caller at a time; <see cref="Current"/> may be read from any thread.</remarks>
internal sealed class ModelSeat<TModel> : IDisposable, IAsyncDisposable
    where TModel : class, IDisposable
{
    /// <summary>A driver that has not let go of a model by then will not.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly IModelOpener<TModel> _opener;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly List<Task> _leaving = [];
    private readonly CountdownEvent _present = new(1);
    private OpenedModel<TModel> _current;

    public ModelSeat(IModelOpener<TModel> opener, OpenedModel<TModel> opened, TimeProvider clock, ILogger logger)
    {
        _opener = opener;
        _current = opened;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>Gets the model that serves, with everything that has happened to it.</summary>
    public OpenedModel<TModel> Current => Volatile.Read(ref _current);

    /// <summary>Opens the model on another device and lets it take the place of the one that serves.</summary>
    /// <param name="name">The model's name, for messages.</param>
    /// <param name="device">The device that has failed.</param>
    /// <param name="reason">What it said.</param>
    /// <param name="check">Throws where the new model cannot stand for the old one.</param>
    /// <param name="onSeated">Told once the new one has the place. What it gives ends when nobody uses the old one any more.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>The model that serves now.</returns>
    /// <exception cref="ModelLoadException">No candidate is left, or none serves; the old one keeps its place.</exception>
    public async Task<OpenedModel<TModel>> MoveAsync(
        string name,
        string device,
        string reason,
        Action<TModel> check,
        Func<OpenedModel<TModel>, Task> onSeated,
        CancellationToken cancellationToken
    )
    {
        // The caller's thread is the engine's: even the start of a load is not for it.
        await Task.Yield();
        var failedAt = _clock.GetUtcNow();
        var opened = await _opener.ReopenAsync(reason, cancellationToken).ConfigureAwait(false);
        try
        {
            check(opened.Model);
        }
        catch
        {
            opened.Model.Dispose();
            throw;
        }

        var old = _current;

        // The opener tells what it knows; the failure is told once, by it or by us: the two may name a device differently.
        List<ModelHistoryEntry> news = [.. opened.History.Except(old.History)];
        var failed = old.Failed;
        if (!news.Exists(static entry => entry.Kind == ModelHistoryKind.FailedOver))
        {
            news.Insert(0, new(failedAt, ModelHistoryKind.FailedOver, device, reason));
            failed = [.. failed, new(device, reason)];
        }

        opened = opened with { Failed = [.. failed.Union(opened.Failed)], History = [.. old.History, .. news] };
        Volatile.Write(ref _current, opened);
        _present.AddCount();
        _leaving.Add(FreeAsync(name, device, old.Model, onSeated(opened)));
        return opened;
    }

    public void Dispose()
    {
        _current.Model.Dispose();
        _present.Signal();
        if (!_present.Wait(s_patience))
        {
            EngineLog.NotFreed(_logger, TooLong, null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _current.Model.Dispose();
        try
        {
            await Task.WhenAll(_leaving).WaitAsync(s_patience, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            EngineLog.NotFreed(_logger, TooLong, null);
        }
    }

    private static string TooLong =>
        $"it takes more than {s_patience.TotalSeconds} s. Its memory stays taken until the process ends.";

    private async Task FreeAsync(string name, string device, TModel model, Task isUnused)
    {
        try
        {
            await isUnused.ConfigureAwait(false);
            await LoadThread
                .Run(
                    _ =>
                    {
                        model.Dispose();
                        return true;
                    },
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it but whoever disposes the seat, who wants it gone and has no use for its error.
        catch (Exception error)
#pragma warning restore CA1031
        {
            EngineLog.NotFreed(_logger, $"model {name} on {device}: {error.Message}", error);
        }
        finally
        {
            _present.Signal();
        }
    }
}
