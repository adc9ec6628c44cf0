using Microsoft.Extensions.Hosting;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>Loads models before any other service of the host starts, and unloads them after every other has stopped.</summary>
internal sealed class ModelLifetimeService(LocalModelHost host) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // One after the other: they would only fight for disk and cores.
        foreach (var model in host.All)
        {
            if (model.LoadAtStart)
            {
                await model.LoadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => host.DisposeAsync().AsTask();
}
