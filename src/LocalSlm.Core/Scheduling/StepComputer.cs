using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>Plans a step over the active replies, computes it, and hands each reply what came of it. The owner thread's own.</summary>
internal sealed class StepComputer : IDisposable
{
    private readonly EngineSettings _settings;
    private readonly SequenceTable _table;
    private readonly ReplyRoster _roster;
    private readonly ReplyAdvancer _advancer;
    private readonly MemoryRelief _relief;
    private readonly ILogger _logger;
    private readonly bool _failsOver;
    private readonly List<LiveReply> _candidates = [];
    private readonly List<LiveReply> _rows = [];
    private readonly StepCancellation _cancellation = new();
    private DecodeBatch _batch;
    private PlanCandidate[] _plan = new PlanCandidate[8];
    private int[] _counts = new int[8];
    private long _turn;

    public StepComputer(
        EngineSettings settings,
        SequenceTable table,
        ReplyRoster roster,
        ReplyAdvancer advancer,
        MemoryRelief relief,
        ILogger logger,
        bool failsOver
    )
    {
        _settings = settings;
        _table = table;
        _roster = roster;
        _advancer = advancer;
        _relief = relief;
        _logger = logger;
        _failsOver = failsOver;
        _batch = CreateBatch();
    }

    /// <summary>Tells that a reply has ended, so that a step which is of no use any more ends. Safe from any thread.</summary>
    public void OnReplyEnded() => _cancellation.OnReplyEnded();

    /// <summary>Goes on with the decoder that the table has moved to.</summary>
    public void OnMoved() => _batch = CreateBatch();

    public void Dispose() => _cancellation.Dispose();

    /// <summary>Plans a step.</summary>
    /// <returns><see langword="false"/> if there is nothing to compute.</returns>
    public bool Plan()
    {
        while (true)
        {
            _candidates.Clear();
            foreach (var reply in _roster.Active)
            {
                if (reply.Prepared is { IsReady: true, Error: { } error })
                {
                    reply.End(error);
                }

                if (reply.StalledSince == 0 && !reply.IsEnded && reply.Computable > 0)
                {
                    _candidates.Add(reply);
                }
            }

            if (_candidates.Count == 0)
            {
                return false;
            }

            if (_relief.MakeRoom(Distribute()))
            {
                return true;
            }
        }
    }

    /// <summary>Computes what was planned.</summary>
    /// <param name="cancellationToken">Ends the computation.</param>
    public void Compute(CancellationToken cancellationToken)
    {
        FillBatch();
        var decoder = _table.Decoder;
        try
        {
            decoder.Decode(_batch, _cancellation.Begin(_rows, cancellationToken));
        }
        catch (Exception error) when (_failsOver && decoder.DeviceFailure is not null)
        {
            // Nothing of the step counts; its replies are replayed on the next device.
            EngineLog.DeviceThrew(_logger, _settings.ModelName, error);
            return;
        }
        finally
        {
            _cancellation.End();
        }

        var isShort = false;
        for (var i = 0; i < _rows.Count; i++)
        {
            var row = _batch.Rows[i];
            switch (_batch.Statuses[i])
            {
                case DecodeStatus.Done:
                    if (!TryGetLogits(row, out var logits))
                    {
                        return;
                    }

                    _advancer.Advance(_rows[i], _batch.Tokens.Slice(row.FirstToken, row.TokenCount), logits);
                    break;
                case DecodeStatus.OutOfMemory:
                    isShort = true;
                    break;
                case DecodeStatus.Cancelled:
                    break;
                default:
                    if (!_failsOver || decoder.DeviceFailure is null)
                    {
                        Fail(_rows[i], decoder.DeviceFailure);
                    }

                    break;
            }
        }

        if (isShort && decoder.DeviceFailure is null)
        {
            _relief.Relieve(_rows);
        }
    }

    private int Distribute()
    {
        if (_plan.Length < _candidates.Count)
        {
            Array.Resize(ref _plan, _candidates.Count * 2);
            Array.Resize(ref _counts, _candidates.Count * 2);
        }

        for (var i = 0; i < _candidates.Count; i++)
        {
            _plan[i] = new PlanCandidate(_candidates[i].Computable);
        }

        var capabilities = _table.Decoder.Capabilities;
        var limits = new PlanLimits(
            capabilities.BatchTokens,
            _settings.PrefillChunkTokens,
            capabilities.MixesPrefillAndDecode,
            _turn++
        );
        BatchPlanner.Plan(_plan.AsSpan(0, _candidates.Count), limits, _counts.AsSpan(0, _candidates.Count));
        var wanted = 0;
        for (var i = 0; i < _candidates.Count; i++)
        {
            wanted += _counts[i];
        }

        return wanted;
    }

    private void FillBatch()
    {
        _batch.Clear();
        _rows.Clear();
        for (var i = 0; i < _candidates.Count; i++)
        {
            if (_counts[i] > 0)
            {
                var reply = _candidates[i];
                var from = reply.Slot!.Length;
                var output = from + _counts[i] == reply.TokenCount ? 1 : 0;
                _batch.Add(reply.Slot.Number, from, reply.Tokens.Slice(from, _counts[i]), output);
                _rows.Add(reply);
            }
        }
    }

    // Where a device computes beside us, it may be found out only here that it has failed.
    private bool TryGetLogits(in DecodeRow row, out Span<float> logits)
    {
        logits = default;
        try
        {
            if (row.OutputCount > 0)
            {
                logits = _table.Decoder.GetLogits(row.FirstOutput);
            }

            return true;
        }
        catch (Exception error) when (_failsOver && _table.Decoder.DeviceFailure is not null)
        {
            EngineLog.DeviceThrew(_logger, _settings.ModelName, error);
            return false;
        }
    }

    private void Fail(LiveReply reply, string? deviceFailure)
    {
        reply.End(
            new InferenceException(
                _settings.ModelName,
                deviceFailure is null
                    ? "the native runtime could not compute a step. See its log."
                    : $"its device failed, and it may not go on with another one: {deviceFailure}"
            )
        );
        _relief.Forget(reply);
    }

    private DecodeBatch CreateBatch()
    {
        var capabilities = _table.Decoder.Capabilities;
        return new DecodeBatch(capabilities.BatchTokens, capabilities.SequenceCount);
    }
}
