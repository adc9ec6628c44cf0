using System.Diagnostics;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>The policy of the engine, one step at a time, without a thread of its own: who gets a sequence, what is computed
/// next, who gives way when memory is short. The owner thread's own; tests drive it directly.</summary>
/// <remarks>A reply waits, then is active (it has a sequence), then ends. An active one whose reader makes no room pauses; if it
/// stays so while others wait, it is parked without a sequence until its reader goes on. When memory is short, cached
/// conversations go first, then the youngest reply waits again and is replayed later from its tokens. When a device fails, all replies
/// wait again, and are replayed so on the next one.</remarks>
internal sealed class ReplyScheduler : IDisposable
{
    private readonly EngineSettings _settings;
    private readonly SequenceTable _table;
    private readonly ReplyAdvancer _advancer;
    private readonly ReplyRoster _roster;
    private readonly ReplyAdmission _admission;
    private readonly MemoryRelief _relief;
    private readonly StepComputer _step;
    private readonly EngineCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public ReplyScheduler(
        EngineSettings settings,
        ITokenDecoder decoder,
        ITokenizer tokenizer,
        EngineCounters counters,
        TimeProvider time,
        ILogger logger,
        EngineTelemetry? telemetry,
        bool failsOver = false
    )
    {
        _settings = settings;
        _counters = counters;
        _time = time;
        _logger = logger;
        _table = new SequenceTable(decoder);
        _advancer = new ReplyAdvancer(settings, tokenizer, _table, counters, time, logger, telemetry);
        _roster = new ReplyRoster(_table, _advancer);
        _admission = new ReplyAdmission(settings, _table, _roster);
        _relief = new MemoryRelief(settings, _table, _roster, counters, logger, telemetry);
        _step = new StepComputer(settings, _table, _roster, _advancer, _relief, logger, failsOver);
        Publish();
    }

    /// <summary>Gets how many replies have had their first token.</summary>
    public long FirstTokens => _advancer.FirstTokens;

    /// <summary>Gets what the device said when it failed; <see langword="null"/> while it works.</summary>
    public string? DeviceFailure => _table.Decoder.DeviceFailure;

    /// <summary>Tells that a reply has ended, so that a step which is of no use any more ends. Safe from any thread.</summary>
    public void OnReplyEnded() => _step.OnReplyEnded();

    public void Dispose() => _step.Dispose();

    public void Enqueue(LiveReply reply) => _roster.Enqueue(reply);

    /// <summary>Does one step.</summary>
    /// <param name="cancellationToken">Ends a running computation, when the engine stops.</param>
    /// <returns><see langword="false"/> if nothing could be computed: wait for news, or for <see cref="WaitLimit"/>.</returns>
    public bool Step(CancellationToken cancellationToken)
    {
        _roster.Sweep();
        _roster.Unpark();
        ParkStalled();
        _admission.Admit();
        var planned = _step.Plan();
        if (planned)
        {
            _step.Compute(cancellationToken);
            _roster.Sweep();
        }

        Publish();
        return planned;
    }

    /// <summary>Gets how long the owner may sleep although no news comes: until a stalled reply must give way.</summary>
    public TimeSpan WaitLimit()
    {
        if (_roster.Waiting.Count == 0)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var limit = Timeout.InfiniteTimeSpan;
        foreach (var reply in _roster.Active)
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
        _roster.ForEach(reply => reply.End(error()));
        Rest();
    }

    /// <summary>Ends the active replies with an error and clears their sequences: their native state is not known any more.</summary>
    public void FailActive(Exception error)
    {
        foreach (var reply in _roster.Active)
        {
            reply.End(error);
            _relief.Forget(reply);
        }

        Rest();
    }

    /// <summary>Takes the sequences from all replies: the device that holds them has failed. They wait, and keep what they are.</summary>
    public void Suspend()
    {
        for (var i = _roster.Active.Count - 1; i >= 0; i--)
        {
            var reply = _roster.Active[i];
            _roster.GiveWay(reply, reply.Buffer.IsFull);
        }

        Rest();
    }

    /// <summary>Does what is to be done while nothing can be computed: takes out what has ended.</summary>
    public void Rest()
    {
        _roster.Sweep();
        Publish();
    }

    /// <summary>Goes on with another decoder, which must have the same vocabulary. Replies that are too long for it end.</summary>
    /// <param name="decoder">The decoder; all its sequences are empty.</param>
    /// <param name="trace">What the spans of the replies tell of it.</param>
    public void Resume(ITokenDecoder decoder, ActivityEvent trace)
    {
        _table.MoveTo(decoder);
        _step.OnMoved();
        _roster.ForEach(reply =>
        {
            reply.Span?.AddEvent(trace);
            if (!_advancer.TryFit(reply))
            {
                reply.End(
                    reply.OutputTokens.Count == 0
                        ? new ContextOverflowException(reply.TokenCount, _table.SequenceTokens)
                        : new InferenceException(
                            _settings.ModelName,
                            $"its device failed when this reply had {reply.TokenCount} tokens with its prompt; the context on the next device holds {_table.SequenceTokens}."
                        )
                );
            }
        });
        Rest();
    }

    private void ParkStalled()
    {
        for (var i = _roster.Active.Count - 1; i >= 0; i--)
        {
            var reply = _roster.Active[i];
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
            if (_roster.Waiting.Count > 0 && stalled >= _settings.StalledReaderTimeout)
            {
                EngineLog.ReaderStalled(_logger, _settings.ModelName, reply.Order, stalled.TotalSeconds);
                _roster.GiveWay(reply, isParked: true);
            }
        }
    }

    private void Publish() => _roster.Publish(_counters);
}
