using System.Runtime.InteropServices;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>The policy of the engine, one step at a time, without a thread of its own: who gets a sequence, what is computed
/// next, who gives way when memory is short. The owner thread's own; tests drive it directly.</summary>
/// <remarks>A reply waits, then is active (it has a sequence), then ends. An active one whose reader makes no room pauses; if it
/// stays so while others wait, it is parked without a sequence until its reader goes on. When memory is short, cached
/// conversations go first, then the youngest reply waits again and is replayed later from its tokens.</remarks>
internal sealed class ReplyScheduler : IDisposable
{
    /// <summary>Room that a reply must find beyond its prompt before it starts, so that it does not give way at once.</summary>
    private const int HeadroomTokens = 64;

    /// <summary>A prompt waits for another one to compute their common start if that saves at least so many tokens.</summary>
    private const int LeastAwaitedTokens = 32;

    private readonly EngineSettings _settings;
    private readonly ITokenDecoder _decoder;
    private readonly SequenceTable _table;
    private readonly ReplyAdvancer _advancer;
    private readonly EngineCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EngineTelemetry? _telemetry;
    private readonly DecodeBatch _batch;
    private readonly List<LiveReply> _waiting = [];
    private readonly List<LiveReply> _active = [];
    private readonly List<LiveReply> _parked = [];
    private readonly List<LiveReply> _candidates = [];
    private readonly List<LiveReply> _rows = [];
    private readonly StepCancellation _step = new();
    private PlanCandidate[] _plan = new PlanCandidate[8];
    private int[] _counts = new int[8];
    private long _turn;

    public ReplyScheduler(
        EngineSettings settings,
        ITokenDecoder decoder,
        ITokenizer tokenizer,
        EngineCounters counters,
        TimeProvider time,
        ILogger logger,
        EngineTelemetry? telemetry
    )
    {
        _settings = settings;
        _decoder = decoder;
        _table = new SequenceTable(decoder);
        _counters = counters;
        _time = time;
        _logger = logger;
        _telemetry = telemetry;
        _advancer = new ReplyAdvancer(
            settings,
            tokenizer,
            _table,
            decoder.Capabilities.SequenceTokens,
            counters,
            time,
            logger,
            telemetry
        );
        _batch = new DecodeBatch(decoder.Capabilities.BatchTokens, decoder.Capabilities.SequenceCount);
        Publish();
    }

    /// <summary>Gets how many replies have had their first token.</summary>
    public long FirstTokens => _advancer.FirstTokens;

    /// <summary>Tells that a reply has ended, so that a step which is of no use any more ends. Safe from any thread.</summary>
    public void OnReplyEnded() => _step.OnReplyEnded();

    public void Dispose() => _step.Dispose();

    public void Enqueue(LiveReply reply)
    {
        var at = _waiting.Count;
        while (at > 0 && _waiting[at - 1].Order > reply.Order)
        {
            at--;
        }

        _waiting.Insert(at, reply);
    }

    /// <summary>Does one step.</summary>
    /// <param name="cancellationToken">Ends a running computation, when the engine stops.</param>
    /// <returns><see langword="false"/> if nothing could be computed: wait for news, or for <see cref="WaitLimit"/>.</returns>
    public bool Step(CancellationToken cancellationToken)
    {
        Sweep();
        Unpark();
        ParkStalled();
        Admit();
        var planned = Plan();
        if (planned)
        {
            Compute(cancellationToken);
            Sweep();
        }

        Publish();
        return planned;
    }

    /// <summary>Gets how long the owner may sleep although no news comes: until a stalled reply must give way.</summary>
    public TimeSpan WaitLimit()
    {
        if (_waiting.Count == 0)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var limit = Timeout.InfiniteTimeSpan;
        foreach (var reply in _active)
        {
            if (reply.StalledSince != 0)
            {
                var left = _settings.StalledReaderTimeout - _time.GetElapsedTime(reply.StalledSince);
                left = left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left;
                limit = limit == Timeout.InfiniteTimeSpan || left < limit ? left : limit;
            }
        }

        return limit;
    }

    /// <summary>Ends every reply with an error.</summary>
    public void EndAll(Func<Exception> error)
    {
        foreach (var replies in (List<LiveReply>[])[_waiting, _active, _parked])
        {
            foreach (var reply in replies)
            {
                reply.End(error());
            }
        }

        Sweep();
        Publish();
    }

    /// <summary>Ends the active replies with an error and clears their sequences: their native state is not known any more.</summary>
    public void FailActive(Exception error)
    {
        foreach (var reply in _active)
        {
            reply.End(error);
            Forget(reply);
        }

        Sweep();
        Publish();
    }

    private void Sweep()
    {
        Sweep(_active);
        Sweep(_waiting);
        Sweep(_parked);
    }

    private void Sweep(List<LiveReply> replies)
    {
        for (var i = replies.Count - 1; i >= 0; i--)
        {
            var reply = replies[i];
            if (reply.IsEnded)
            {
                ReleaseSlot(reply);
                replies.RemoveAt(i);
                _advancer.Close(reply);
            }
        }
    }

    private void ReleaseSlot(LiveReply reply)
    {
        if (reply.Slot is { } slot)
        {
            _table.Release(slot);
            reply.Slot = null;
        }
    }

    private void Unpark()
    {
        for (var i = _parked.Count - 1; i >= 0; i--)
        {
            if (!_parked[i].Buffer.IsFull)
            {
                Enqueue(_parked[i]);
                _parked.RemoveAt(i);
            }
        }
    }

    private void ParkStalled()
    {
        for (var i = _active.Count - 1; i >= 0; i--)
        {
            var reply = _active[i];
            if (!reply.Buffer.IsFull)
            {
                reply.StalledSince = 0;
                continue;
            }

            if (reply.StalledSince == 0)
            {
                reply.StalledSince = _time.GetTimestamp();
            }

            var stalled = _time.GetElapsedTime(reply.StalledSince);
            if (_waiting.Count > 0 && stalled >= _settings.StalledReaderTimeout)
            {
                EngineLog.ReaderStalled(_logger, _settings.ModelName, reply.Order, stalled.TotalSeconds);
                GiveWay(reply, _parked);
            }
        }
    }

    private void Admit()
    {
        for (var i = 0; i < _waiting.Count && _active.Count < _settings.MaxConcurrentReplies; i++)
        {
            var reply = _waiting[i];
            var match = default(PrefixMatch);
            if (reply.Request.UsePrefixCache && reply.TokenCount > 1)
            {
                match = _table.FindPrefix(reply.Tokens[..^1]);
                if (IsWorthAwaiting(reply, match.Tokens))
                {
                    continue;
                }
            }

            if (_active.Count > 0 && !HasRoom(reply, match))
            {
                // Not the next one either: who waits longest is served first.
                return;
            }

            if (_table.Acquire(reply, match) is not { } slot)
            {
                return;
            }

            _waiting.RemoveAt(i--);
            Activate(reply, slot);
        }
    }

    private void Activate(LiveReply reply, SequenceSlot slot)
    {
        reply.Slot = slot;
        reply.StalledSince = 0;
        var at = _active.Count;
        while (at > 0 && _active[at - 1].Order > reply.Order)
        {
            at--;
        }

        _active.Insert(at, reply);
        _advancer.Begin(reply, slot.Length);
    }

    // Two conversations with one system prompt that come together: the second waits until the first has computed it.
    private bool IsWorthAwaiting(LiveReply reply, int held)
    {
        if (_decoder.Capabilities is not { PrefixSharing: not PrefixSharing.None, CutBack: CutBackSupport.Anywhere })
        {
            return false;
        }

        foreach (var other in _active)
        {
            if (other.Remaining > 1 && !other.IsEnded && other.StalledSince == 0)
            {
                var common = Math.Min(other.Tokens.CommonPrefixLength(reply.Tokens), reply.TokenCount - 1);
                if (common >= held + LeastAwaitedTokens && other.Slot!.Length < common)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool HasRoom(LiveReply reply, PrefixMatch match)
    {
        var output = Math.Min(HeadroomTokens, reply.Request.MaxOutputTokens);
        var wanted = reply.TokenCount + output - match.Tokens;
        var reclaimable = _table.ReclaimableTokens - (match.Slot is { Owner: null } ? match.Tokens : 0);
        return wanted <= reclaimable;
    }

    private bool Plan()
    {
        while (true)
        {
            _candidates.Clear();
            foreach (var reply in _active)
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

            var wanted = Distribute();
            if (MakeRoom(wanted))
            {
                return true;
            }
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

        var capabilities = _decoder.Capabilities;
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

    // False: somebody gave way, and the plan must be made anew.
    private bool MakeRoom(int wanted)
    {
        while (_table.FreeTokens < wanted)
        {
            if (!_table.TryEvict())
            {
                if (TryPreempt())
                {
                    return false;
                }

                throw new InferenceException(
                    _settings.ModelName,
                    $"the KV cache of {_table.TotalTokens} tokens cannot hold one conversation. Raise CacheTokens."
                );
            }
        }

        return true;
    }

    private bool TryPreempt()
    {
        if (_active.Count < 2)
        {
            return false;
        }

        var youngest = _active[^1];
        _counters.Preemptions++;
        _telemetry?.RecordPreemption();
        EngineLog.RequestPreempted(_logger, _settings.ModelName, youngest.Order, youngest.TokenCount);
        GiveWay(youngest, youngest.Buffer.IsFull ? _parked : null);
        return true;
    }

    private void GiveWay(LiveReply reply, List<LiveReply>? to)
    {
        ReleaseSlot(reply);
        _active.Remove(reply);
        reply.StalledSince = 0;
        if (to is null)
        {
            Enqueue(reply);
        }
        else
        {
            to.Add(reply);
        }
    }

    private void Compute(CancellationToken cancellationToken)
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

        try
        {
            _decoder.Decode(_batch, _step.Begin(_rows, cancellationToken));
        }
        finally
        {
            _step.End();
        }

        var isShort = false;
        for (var i = 0; i < _rows.Count; i++)
        {
            var row = _batch.Rows[i];
            switch (_batch.Statuses[i])
            {
                case DecodeStatus.Done:
                    _advancer.Advance(
                        _rows[i],
                        _batch.Tokens.Slice(row.FirstToken, row.TokenCount),
                        row.OutputCount > 0 ? _decoder.GetLogits(row.FirstOutput) : default
                    );
                    break;
                case DecodeStatus.OutOfMemory:
                    isShort = true;
                    break;
                case DecodeStatus.Cancelled:
                    break;
                default:
                    _rows[i]
                        .End(
                            new InferenceException(
                                _settings.ModelName,
                                "the native runtime could not compute a step. See its log."
                            )
                        );
                    Forget(_rows[i]);
                    break;
            }
        }

        if (isShort)
        {
            Relieve();
        }
    }

    // The runtime found no room although the count of cells allowed it (sliding windows keep shared cells longer).
    private void Relieve()
    {
        if (!_table.TryEvict() && !TryPreempt())
        {
            foreach (var reply in CollectionsMarshal.AsSpan(_rows))
            {
                reply.End(
                    new InferenceException(
                        _settings.ModelName,
                        "the native runtime has no room for this reply. Raise CacheTokens."
                    )
                );
                Forget(reply);
            }
        }
    }

    private void Forget(LiveReply reply)
    {
        if (reply.Slot is { } slot)
        {
            _table.CutBack(slot, 0);
        }
    }

    private void Publish()
    {
        var stalled = 0;
        foreach (var reply in _active)
        {
            stalled += reply.StalledSince != 0 ? 1 : 0;
        }

        var preempted = 0;
        foreach (var reply in _waiting)
        {
            preempted += reply.StartedAt != 0 ? 1 : 0;
        }

        Volatile.Write(ref _counters.Active, _active.Count - stalled);
        Volatile.Write(ref _counters.Paused, _parked.Count + stalled + preempted);
        Volatile.Write(ref _counters.Queued, _waiting.Count - preempted);
        Volatile.Write(ref _counters.CachedConversations, _table.CachedConversations);
        Volatile.Write(ref _counters.CacheTokensUsed, _table.TotalTokens - _table.FreeTokens);
        Volatile.Write(ref _counters.CacheTokensTotal, _table.TotalTokens);
    }
}
