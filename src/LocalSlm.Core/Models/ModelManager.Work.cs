using Microsoft.Extensions.Logging;

namespace LocalSlm.Models;

/// <summary>What runs outside of the lock: estimates, loads and disposals.</summary>
internal sealed partial class ModelManager
{
    private int _running;

    /// <summary>Gets how many loads, estimates and disposals are under way.</summary>
    public int RunningWork => Volatile.Read(ref _running);

    ModelLease IModelWork.Lease(Residency residency) => new(this, residency, counts: true);

    void IModelWork.BeginEstimate(PendingLoad load)
    {
        var definition = load.Entry.Definition;
        _ = WorkAsync(() => EstimateAsync(load, definition));
    }

    void IModelWork.BeginLoad(PendingLoad load) => _ = WorkAsync(() => LoadAsync(load, load.Definition!));

    void IModelWork.BeginDisposal(Residency residency, UnloadReason reason) =>
        _ = WorkAsync(() => DisposeAsync(residency, reason));

    private async Task WorkAsync(Func<Task> work)
    {
        Interlocked.Increment(ref _running);

        // Off the caller's thread and out of the lock, whatever a runtime does before its first wait.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task EstimateAsync(PendingLoad load, ModelDefinition definition)
    {
        var bytes = 0L;
        Exception? failure = null;
        try
        {
            bytes = await definition.EstimateAsync!(load.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Every error goes to those who wait.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
        }

        lock (_gate)
        {
            _table.Estimated(load, definition, bytes, failure);
        }

        Pump();
    }

    private async Task LoadAsync(PendingLoad load, ModelDefinition definition)
    {
        IResidentModel? model = null;
        Exception? failure = null;
        try
        {
            model = await definition.LoadAsync(load.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Every error goes to those who wait, and to the log: nobody may be waiting any more.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
        }

        try
        {
            if (failure is not null && !load.IsCancelled)
            {
                _logger.LoadFailed(definition.Key.Name, failure.Message);
            }

            _telemetry.RecordLoad(definition.Key, failure, load.IsCancelled);
        }
        finally
        {
            // Who listens to logs and metrics is not known here. Whatever they throw, nobody waits in vain.
            lock (_gate)
            {
                _table.Complete(load, model, failure, _clock.GetUtcNow(), Now);
            }

            Pump();
        }
    }

    private async Task DisposeAsync(Residency residency, UnloadReason reason)
    {
        try
        {
            Note(residency, reason);
        }
        finally
        {
            await FreeAsync(residency).ConfigureAwait(false);
        }

        if (reason == UnloadReason.Pressure)
        {
            // Until there is enough again.
            OnPressureCheck();
        }
    }

    private async Task FreeAsync(Residency residency)
    {
        try
        {
            await residency.Model.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it; its place is free either way.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _logger.UnloadFailed(residency.Entry.Key.Name, error);
        }
        finally
        {
            Forget(residency);
            Pump();
        }
    }

    private void Note(Residency residency, UnloadReason reason)
    {
        _logger.Unloading(residency.Entry.Key.Name, reason);
        _telemetry.RecordUnload(residency.Entry.Key, residency.Model.Device, reason);
    }

    private void Forget(Residency residency)
    {
        lock (_gate)
        {
            _table.Residents.Forget(residency);
        }
    }
}
