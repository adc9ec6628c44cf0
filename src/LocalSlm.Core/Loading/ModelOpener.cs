using LocalSlm.Placement;
using LocalSlm.Scheduling;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <inheritdoc cref="IModelOpener{TModel}"/>
/// <remarks>Inspects the files, lists the devices, plans, and tries the candidates of the plan in order. Errors about the model end that at
/// once; errors about a device lead to the next candidate.</remarks>
internal sealed class ModelOpener<TModel> : IModelOpener<TModel>
    where TModel : class, IDisposable
{
    private readonly ILoadTarget<TModel> _target;
    private readonly LoadServices _services;
    private readonly ILogger _logger;
    private readonly LoadJournal _journal;
    private readonly string? _name;
    private readonly List<CandidateFailure> _failures = [];
    private readonly HashSet<DeviceAttempt> _missed = [];
    private PreparedLoad? _prepared;
    private CandidateOpener<TModel>? _opener;
    private List<PlacementCandidate> _order = [];
    private string? _measured;
    private int _next;
    private PlacementCandidate? _serving;

    /// <param name="target">What is opened.</param>
    /// <param name="name">The name it is served under; <see langword="null"/> for its own.</param>
    /// <param name="services">What loads share.</param>
    public ModelOpener(ILoadTarget<TModel> target, string? name, LoadServices services)
    {
        _target = target;
        _name = name;
        _services = services;
        _logger = services.Loggers.CreateLogger("LocalSlm.Loading");
        _journal = new LoadJournal(services.Clock, _logger) { Model = name ?? target.Path };
    }

    private PreparedLoad Prepared => _prepared!;

    private CandidateOpener<TModel> Opener => _opener!;

    /// <inheritdoc/>
    public Task<OpenedModel<TModel>> OpenAsync(
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    ) =>
        ObserveAsync(
            isFailover: false,
            async () =>
            {
                await PrepareAsync(progress, cancellationToken).ConfigureAwait(false);
                if (_target.Options.DeviceSelection == DeviceSelection.Measured && _order.Count > 1)
                {
                    await MeasureAsync(progress, cancellationToken).ConfigureAwait(false);
                }

                return await OpenNextAsync(progress, cancellationToken).ConfigureAwait(false);
            }
        );

    /// <inheritdoc/>
    public Task<OpenedModel<TModel>> ReopenAsync(string reason, CancellationToken cancellationToken)
    {
        var failed = _serving ?? throw new InvalidOperationException("Nothing is open.");
        return ObserveAsync(
            isFailover: true,
            async () =>
            {
                _serving = null;
                var words = DeviceWords.Of(failed);
                var attempt = new DeviceAttempt(words, reason);
                var error = new ModelLoadException(_target.Path, "the device failed:", failedDevices: [attempt]);
                await Opener.CountAsync(failed, error).ConfigureAwait(false);

                if (ModelIdentity.Read(_target.Path) != Prepared.Identity)
                {
                    throw new ModelFileException(
                        _target.Path,
                        "it was changed or replaced since it was loaded, and its device has failed: what another model has begun is not "
                            + "continued with this one. Load it again.",
                        innerException: error
                    );
                }

                // Fewer layers on the same device would meet the same driver.
                _order = [.. _order.Skip(_next).Where(left => !left.Devices.Intersect(failed.Devices).Any())];
                _next = 0;
                Fail(new CandidateFailure(failed, attempt, LoadFaultKind.FailedOver, error));
                return await OpenNextAsync(progress: null, cancellationToken).ConfigureAwait(false);
            }
        );
    }

    private async Task<OpenedModel<TModel>> ObserveAsync(bool isFailover, Func<Task<OpenedModel<TModel>>> open)
    {
        using var telemetry = new LoadTelemetry(
            LocalSlmTelemetry.Shared,
            _journal.Model,
            _target.Runtime.Name,
            isFailover
        );
        _journal.Telemetry = telemetry;
        try
        {
            return await open().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            telemetry.Fail(error);
            throw;
        }
        finally
        {
            _journal.Telemetry = null;
        }
    }

    private async Task PrepareAsync(IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Inspecting, 0));
        var repetition = LoadRepetition.Make(
            device: null,
            _services.Clock,
            error =>
                LoadLog.Retrying(
                    _logger,
                    _journal.Model,
                    _target.Path,
                    LoadRepetition.Pause.TotalSeconds,
                    LoadFaults.ReasonOf(error)
                )
        );
        _prepared = await repetition
            .ExecuteAsync(
                async token =>
                    await LoadThread.Run(_ => PreparedLoad.Make(_target, _services), token).ConfigureAwait(false),
                cancellationToken
            )
            .ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _journal.Model = _name ?? Prepared.Facts.Name ?? Path.GetFileNameWithoutExtension(_target.Path);
        _opener = new CandidateOpener<TModel>(_target, Prepared, _services, _journal.Model, _logger);
        _order = [.. Prepared.Plan.Candidates];
        if (Prepared.Facts.TrainedContextTokens is > 0 and var trained && _target.Options.ContextTokens > trained)
        {
            LoadLog.BeyondTraining(_logger, _journal.Model, _target.Options.ContextTokens.Value, trained);
        }

        foreach (var leftOut in Prepared.Order.Excluded.Where(one => !Prepared.Order.IsMissed(one)))
        {
            LoadLog.LeftOut(_logger, _journal.Model, leftOut.Attempt.Device, leftOut.Attempt.Reason);
        }
    }

    private async Task MeasureAsync(IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        var ranking = new SpeedRanking<TModel>(_target, Opener, _services, _journal.Model, _logger);
        var measured = new List<(PlacementCandidate Candidate, MeasuredSpeed Speed)>();
        var failures = new List<CandidateFailure>();
        foreach (var candidate in _order)
        {
            try
            {
                if (Opener.FindBar(candidate) is { } bar)
                {
                    failures.Add(bar);
                    continue;
                }

                var speed = await ranking.GetAsync(candidate, progress, cancellationToken).ConfigureAwait(false);
                measured.Add((candidate, speed));
            }
            catch (Exception error) when (LoadFaults.MovesOn(error))
            {
                failures.Add(CandidateOpener<TModel>.Describe(candidate, error));
            }
        }

        measured = [.. measured.OrderBy(static one => one.Speed.Score)];
        _order = [.. measured.Select(static one => one.Candidate)];
        _measured = measured.Count > 0 ? SpeedRanking<TModel>.Describe(measured) : null;
        failures.ForEach(Fail);
    }

    private async Task<OpenedModel<TModel>> OpenNextAsync(
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        while (_next < _order.Count)
        {
            var candidate = _order[_next++];
            NoteMissed(candidate);
            if (Opener.FindBar(candidate) is { } bar)
            {
                Fail(bar);
                continue;
            }

            try
            {
                var model = await Opener.OpenAsync(candidate, progress, cancellationToken).ConfigureAwait(false);
                try
                {
                    return await ServeAsync(model, candidate).ConfigureAwait(false);
                }
                catch
                {
                    model.Dispose();
                    throw;
                }
            }
            catch (Exception error) when (LoadFaults.MovesOn(error))
            {
                Fail(CandidateOpener<TModel>.Describe(candidate, error));
            }
        }

        throw LoadFailure.Make(_target, Prepared, _failures);
    }

    private async ValueTask<OpenedModel<TModel>> ServeAsync(TModel model, PlacementCandidate candidate)
    {
        // Another device has the same model: so it was not the model's fault.
        foreach (var failure in _failures.Where(static one => IsUncounted(one.Error)))
        {
            await Opener.CountAsync(failure.Candidate, failure.Error).ConfigureAwait(false);
        }

        var device = _target.DeviceOf(model);
        foreach (var attempt in _target.FailedIn(model).Except(_journal.Failed))
        {
            _journal.NoteFailure(attempt, LoadFaultKind.Unavailable, device);
        }

        _failures.Clear();
        _serving = candidate;
        _journal.NoteLoaded(
            device,
            _measured
                ?? (_journal.Failed.Count == 0 ? "It was the first choice." : "What came before it does not serve.")
        );
        return new OpenedModel<TModel>(model, candidate, _journal.Failed, _journal.History);

        static bool IsUncounted(Exception error) => !LoadFaults.IsOfDevice(error) && LoadFaults.MayBeOfDevice(error);
    }

    /// <summary>Notes devices that the plan left out, although they would have been used and come before this one.</summary>
    private void NoteMissed(PlacementCandidate candidate)
    {
        foreach (var leftOut in Prepared.Order.Excluded)
        {
            if (Prepared.Order.IsMissed(leftOut, candidate.Device) && _missed.Add(leftOut.Attempt))
            {
                _journal.NoteFailure(
                    leftOut.Attempt,
                    leftOut.Cause == LeftOutCause.NoRoom ? LoadFaultKind.OutOfMemory : LoadFaultKind.Unavailable,
                    DeviceWords.Of(candidate)
                );
            }
        }
    }

    private void Fail(CandidateFailure failure)
    {
        _failures.Add(failure);
        var next = _next < _order.Count ? DeviceWords.Of(_order[_next]) : null;
        _journal.NoteFailure(failure.Attempt, failure.Kind, next);
    }
}
