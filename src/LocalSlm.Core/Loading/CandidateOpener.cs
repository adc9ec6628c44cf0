using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Polly.CircuitBreaker;

namespace LocalSlm.Loading;

/// <summary>Opens a model on one candidate: behind the device's breaker, with one repetition for what may pass, a watch over the time, a
/// marker on disk, and a look whether the device really has the model.</summary>
/// <param name="target">What is opened.</param>
/// <param name="prepared">What is known about it.</param>
/// <param name="services">What loads share.</param>
/// <param name="model">The model's name.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class CandidateOpener<TModel>(
    ILoadTarget<TModel> target,
    PreparedLoad prepared,
    LoadServices services,
    string model,
    ILogger logger
)
    where TModel : class, IDisposable
{
    private readonly LoadWatch _watch = new(target.Options.LoadTimeout, services.Clock, logger);
    private readonly CrashMarkers _markers = new(new StateFolder(services.StateDirectory, logger), services.Clock);

    /// <summary>Finds why a candidate is not even tried.</summary>
    public CandidateFailure? FindBar(PlacementCandidate candidate)
    {
        var words = DeviceWords.Of(candidate);
        var key = KeyOf(candidate);
        if (target.Options.RetryAfterCrash)
        {
            _markers.Forget(key);
        }
        else if (_markers.FindCrash(key) is { } crash)
        {
            return Describe(
                candidate,
                new ModelQuarantinedException(target.Path, words, crash.Marker.Time, crash.File)
            );
        }

        return BreakerOf(candidate)?.OpenUntil is { } until
            ? Describe(candidate, Paused(candidate, $"It failed too often of late, and is not tried before {until:u}."))
            : null;
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    public async Task<TModel> OpenAsync(
        PlacementCandidate candidate,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        if (BreakerOf(candidate) is not { } breaker)
        {
            return await RepeatAsync(candidate, progress, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await breaker
                .Pipeline.ExecuteAsync(
                    async token =>
                    {
                        try
                        {
                            return await RepeatAsync(candidate, progress, token).ConfigureAwait(false);
                        }
                        catch (Exception error)
                            when (LoadFaults.IsOfDevice(error) || (breaker.IsOnTrial && LoadFaults.MayBeOfDevice(error))
                            )
                        {
                            throw new DeviceFaultException(error);
                        }
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (DeviceFaultException fault)
        {
            ExceptionDispatchInfo.Throw(fault.InnerException!);
            throw;
        }
        catch (BrokenCircuitException)
        {
            throw Paused(candidate, "It failed too often of late, and another load tries it just now.");
        }
    }

    /// <summary>Counts a failure against a device that did not show as the device's own in its load.</summary>
    public ValueTask CountAsync(PlacementCandidate candidate, Exception error) =>
        BreakerOf(candidate)?.CountAsync(error) ?? ValueTask.CompletedTask;

    /// <summary>Puts an error of a candidate into words.</summary>
    public static CandidateFailure Describe(PlacementCandidate candidate, Exception error) =>
        new(
            candidate,
            new DeviceAttempt(DeviceWords.Of(candidate), LoadFaults.ReasonOf(error)),
            LoadFaults.KindOf(error),
            error
        );

    /// <summary>Gets what is remembered for a candidate.</summary>
    public LoadKey KeyOf(PlacementCandidate candidate) => LoadKey.Of(prepared.Identity, target.Runtime.Name, candidate);

    private DeviceBreaker? BreakerOf(PlacementCandidate candidate) =>
        services.Breakers.Get(target.Runtime.Name, candidate.Device);

    private ModelLoadException Paused(PlacementCandidate candidate, string reason) =>
        Failed(candidate, reason, new BrokenCircuitException(reason));

    private ModelLoadException Failed(PlacementCandidate candidate, string reason, Exception? cause = null)
    {
        var words = DeviceWords.Of(candidate);
        return new ModelLoadException(target.Path, "the device does not serve it:", cause, [new(words, reason)]);
    }

    private async Task<TModel> RepeatAsync(
        PlacementCandidate candidate,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var repetition = LoadRepetition.Make(
            candidate.Device,
            services.Clock,
            error =>
                LoadLog.Retrying(
                    logger,
                    model,
                    DeviceWords.Of(candidate),
                    LoadRepetition.Pause.TotalSeconds,
                    LoadFaults.ReasonOf(error)
                )
        );
        return await repetition
            .ExecuteAsync(
                async token => await TryAsync(candidate, progress, token).ConfigureAwait(false),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<TModel> TryAsync(
        PlacementCandidate candidate,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        TModel opened;
        try
        {
            opened = await _watch
                .RunAsync(
                    async (report, token) =>
                    {
                        // Until the library has come back: a load that is left behind may still end the process.
                        using var marker = _markers.Begin(KeyOf(candidate));
                        return await target
                            .OpenAsync(
                                candidate,
                                prepared.Order.ProviderOptionsOf(candidate.Device),
                                services.Loggers,
                                report,
                                token
                            )
                            .ConfigureAwait(false);
                    },
                    progress,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw Failed(candidate, error.Message, error);
        }

        if (target.FindMissingOffload(opened, candidate) is { } problem)
        {
            opened.Dispose();
            throw Failed(candidate, problem);
        }

        return opened;
    }
}
