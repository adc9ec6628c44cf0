namespace LocalSlm.Models;

/// <summary>How a manager ends.</summary>
internal sealed partial class ModelManager
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes no more requests and unloads every model: idle ones at once, others with their last request or at the end of the
    /// grace period, when requests that still run end with <see cref="ModelUnloadedException"/>. Loads under way are ended.</summary>
    /// <param name="grace">How long requests may go on.</param>
    /// <param name="cancellationToken">Ends the grace period, and then the waiting.</param>
    /// <returns>A task that ends when nothing is left.</returns>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _table.Close();
            EndIfEmpty();
        }

        if (grace > TimeSpan.Zero)
        {
            await _ended
                .Task.WaitAsync(grace, _clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (_gate)
        {
            foreach (var one in _table.Residents.All)
            {
                _table.Residents.Retire(one, UnloadReason.Stopped, atOnce: true);
            }
        }

        // A caller that has no more patience leaves the rest to the process's end.
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Unloads every model and waits until nothing is left of them.</summary>
    public async ValueTask DisposeAsync() =>
        await StopAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);

    /// <summary>Unloads every model on this thread. Loads under way are ended, and clean up after themselves.</summary>
    public void Dispose()
    {
        List<Residency> mine;
        lock (_gate)
        {
            mine = [.. _table.Residents.All.Where(static one => !one.IsDisposing)];
            mine.ForEach(one =>
            {
                one.IsDisposing = true;
                one.Entry.Current = null;
            });
            _table.Close();
        }

        foreach (var one in mine)
        {
            try
            {
                Note(one, UnloadReason.Stopped);
            }
            finally
            {
                one.Model.Dispose();
                Forget(one);
            }
        }

        lock (_gate)
        {
            EndIfEmpty();
        }
    }

    private void EndIfEmpty()
    {
        if (_table is { IsClosed: true, Residents: { All.Count: 0, Running.Count: 0 } } && _ended.TrySetResult())
        {
            _timers.Dispose();
            _telemetry.Dispose();
        }
    }
}
