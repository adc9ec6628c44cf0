namespace LocalSlm.Scheduling;

/// <summary>All replies of the engine, by where they stand: a reply waits, then is active (it has a sequence), then ends. One that
/// gave way waits again, or is parked while its reader makes no room. The owner thread's own.</summary>
internal sealed class ReplyRoster(SequenceTable table, ReplyAdvancer advancer)
{
    /// <summary>Gets the replies without a sequence, oldest first.</summary>
    public List<LiveReply> Waiting { get; } = [];

    /// <summary>Gets the replies with a sequence, oldest first.</summary>
    public List<LiveReply> Active { get; } = [];

    /// <summary>Gets the replies without a sequence whose reader makes no room.</summary>
    public List<LiveReply> Parked { get; } = [];

    public void Enqueue(LiveReply reply) => Insert(Waiting, reply);

    /// <summary>Gives a reply its sequence.</summary>
    public void Activate(LiveReply reply, SequenceSlot slot)
    {
        reply.Slot = slot;
        reply.StalledSince = 0;
        Insert(Active, reply);
        advancer.Begin(reply, slot.Length);
    }

    /// <summary>Takes the sequence from a reply.</summary>
    /// <param name="reply">An active reply.</param>
    /// <param name="isParked">Whether it waits for its reader; otherwise it waits for a sequence.</param>
    public void GiveWay(LiveReply reply, bool isParked)
    {
        ReleaseSlot(reply);
        Active.Remove(reply);
        reply.StalledSince = 0;
        if (isParked)
        {
            Parked.Add(reply);
        }
        else
        {
            Enqueue(reply);
        }
    }

    /// <summary>Takes out whatever has ended.</summary>
    public void Sweep()
    {
        Sweep(Active);
        Sweep(Waiting);
        Sweep(Parked);
    }

    /// <summary>Lets parked replies wait for a sequence again where their reader made room.</summary>
    public void Unpark()
    {
        for (var i = Parked.Count - 1; i >= 0; i--)
        {
            if (!Parked[i].Buffer.IsFull)
            {
                Enqueue(Parked[i]);
                Parked.RemoveAt(i);
            }
        }
    }

    /// <summary>Calls something for every reply.</summary>
    public void ForEach(Action<LiveReply> action)
    {
        Active.ForEach(action);
        Waiting.ForEach(action);
        Parked.ForEach(action);
    }

    /// <summary>Writes the counts that others read.</summary>
    public void Publish(EngineCounters counters)
    {
        var stalled = 0;
        foreach (var reply in Active)
        {
            stalled += reply.StalledSince != 0 ? 1 : 0;
        }

        var preempted = 0;
        foreach (var reply in Waiting)
        {
            preempted += reply.StartedAt != 0 ? 1 : 0;
        }

        Volatile.Write(ref counters.Active, Active.Count - stalled);
        Volatile.Write(ref counters.Paused, Parked.Count + stalled + preempted);
        Volatile.Write(ref counters.Queued, Waiting.Count - preempted);
        Volatile.Write(ref counters.CachedConversations, table.CachedConversations);
        Volatile.Write(ref counters.CacheTokensUsed, table.TotalTokens - table.FreeTokens);
        Volatile.Write(ref counters.CacheTokensTotal, table.TotalTokens);
    }

    // Older ones come first: few are out of order, and those are near the end.
    private static void Insert(List<LiveReply> replies, LiveReply reply)
    {
        var at = replies.Count;
        while (at > 0 && replies[at - 1].Order > reply.Order)
        {
            at--;
        }

        replies.Insert(at, reply);
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
                advancer.Close(reply);
            }
        }
    }

    private void ReleaseSlot(LiveReply reply)
    {
        if (reply.Slot is { } slot)
        {
            table.Release(slot);
            reply.Slot = null;
        }
    }
}
