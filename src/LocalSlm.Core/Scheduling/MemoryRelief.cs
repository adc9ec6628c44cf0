using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>Makes room in the KV memory: cached conversations go first, then the youngest reply waits again and is replayed later from
/// its tokens. The owner thread's own.</summary>
internal sealed class MemoryRelief(
    EngineSettings settings,
    SequenceTable table,
    ReplyRoster roster,
    EngineCounters counters,
    ILogger logger,
    EngineTelemetry? telemetry
)
{
    /// <summary>Makes room for tokens.</summary>
    /// <returns><see langword="false"/> if a reply gave way: the plan must be made anew.</returns>
    /// <exception cref="InferenceException">One reply alone does not fit.</exception>
    public bool MakeRoom(int wanted)
    {
        while (table.FreeTokens < wanted)
        {
            if (!table.TryEvict())
            {
                if (TryPreempt())
                {
                    return false;
                }

                throw new InferenceException(
                    settings.ModelName,
                    $"the KV cache of {table.TotalTokens} tokens cannot hold one conversation. Raise CacheTokens."
                );
            }
        }

        return true;
    }

    /// <summary>Makes some room, since the runtime found none although the count of cells allowed it (sliding windows keep shared
    /// cells longer). Where none can be made, the replies of the step end.</summary>
    public void Relieve(List<LiveReply> step)
    {
        if (table.TryEvict() || TryPreempt())
        {
            return;
        }

        foreach (var reply in step)
        {
            reply.End(
                new InferenceException(
                    settings.ModelName,
                    "the native runtime has no room for this reply. Raise CacheTokens."
                )
            );
            Forget(reply);
        }
    }

    /// <summary>Empties the sequence of a reply: what it holds natively is not known any more.</summary>
    public void Forget(LiveReply reply)
    {
        if (reply.Slot is { } slot)
        {
            table.CutBack(slot, 0);
        }
    }

    private bool TryPreempt()
    {
        if (roster.Active.Count < 2)
        {
            return false;
        }

        var youngest = roster.Active[^1];
        counters.Preemptions++;
        telemetry?.RecordPreemption();
        EngineLog.RequestPreempted(logger, settings.ModelName, youngest.Order, youngest.TokenCount);
        roster.GiveWay(youngest, youngest.Buffer.IsFull);
        return true;
    }
}
