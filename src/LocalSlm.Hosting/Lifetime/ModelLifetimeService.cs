using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>Loads models before any other service of the host starts, and unloads them after every other has stopped. A model that cannot
/// be loaded then keeps the host from starting.</summary>
internal sealed class ModelLifetimeService(
    LocalModelHost host,
    IOptions<LocalSlmOptions> options,
    ILogger<LocalModelHost> logger,
    TimeProvider? clock = null
) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var notice in options.Value.Notices)
        {
            logger.Notice(notice);
        }

        var models = host.LoadedAtStart;
        if (models.Count == 0)
        {
            return;
        }

        var time = clock ?? TimeProvider.System;
        var started = time.GetTimestamp();
        logger.WarmUpStarts(models.Count);
        // One after the other: they would only fight for disk and cores.
        foreach (var model in models)
        {
            await host.PreloadAsync(model, cancellationToken).ConfigureAwait(false);
        }

        logger.WarmUpEnded(models.Count, time.GetElapsedTime(started).TotalSeconds);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => host.StopAsync(cancellationToken);
}
