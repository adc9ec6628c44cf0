using System.Globalization;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>Orders candidates by the speed that was measured on them. Each is opened once, computes a few tokens, and is closed again; later
/// loads remember the result.</summary>
/// <param name="target">What is opened.</param>
/// <param name="opener">Opens one candidate.</param>
/// <param name="services">What loads share.</param>
/// <param name="model">The model's name.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class SpeedRanking<TModel>(
    ILoadTarget<TModel> target,
    CandidateOpener<TModel> opener,
    LoadServices services,
    string model,
    ILogger logger
)
    where TModel : class, IDisposable
{
    private readonly SpeedMemory _memory = new(new StateFolder(services.StateDirectory, logger), services.Clock);

    /// <summary>Finds the speed of a candidate, measured if need be.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    public async Task<MeasuredSpeed> GetAsync(
        PlacementCandidate candidate,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var key = opener.KeyOf(candidate);
        if (_memory.Find(key, candidate, target.Runtime.NativeVersion) is { } known)
        {
            return known;
        }

        var words = DeviceWords.Of(candidate);
        using var opened = await opener.OpenAsync(candidate, progress, cancellationToken).ConfigureAwait(false);
        var speed = await LoadThread
            .Run(token => target.Measure(opened, words, services.Clock, token), cancellationToken)
            .ConfigureAwait(false);
        LoadLog.Measured(logger, model, words, speed.PromptRate, speed.ReplyRate);
        _memory.Keep(key, candidate, target.Runtime.NativeVersion, speed);
        return speed;
    }

    /// <summary>Puts the order into words, best first.</summary>
    public static string Describe(IEnumerable<(PlacementCandidate Candidate, MeasuredSpeed Speed)> order) =>
        "Measured, fastest first: "
        + string.Join(
            "; ",
            order.Select(static one =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{DeviceWords.Of(one.Candidate)} {one.Speed.PromptRate:F1} prompt tokens/s, {one.Speed.ReplyRate:F1} tokens/s"
                )
            )
        )
        + ".";
}
