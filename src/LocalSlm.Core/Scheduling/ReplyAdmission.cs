namespace LocalSlm.Scheduling;

/// <summary>Decides which waiting replies get a sequence, and which one. The owner thread's own.</summary>
internal sealed class ReplyAdmission(EngineSettings settings, SequenceTable table, ReplyRoster roster)
{
    /// <summary>Room that a reply must find beyond its prompt before it starts, so that it does not give way at once.</summary>
    private const int HeadroomTokens = 64;

    /// <summary>A prompt waits for another one to compute their common start if that saves at least so many tokens.</summary>
    private const int LeastAwaitedTokens = 32;

    /// <summary>Gives sequences to the replies that have waited longest, while there are any and memory for them.</summary>
    public void Admit()
    {
        var waiting = roster.Waiting;
        for (var i = 0; i < waiting.Count && roster.Active.Count < settings.MaxConcurrentReplies; i++)
        {
            var reply = waiting[i];
            var match = default(PrefixMatch);
            if (reply.Request.UsePrefixCache && reply.TokenCount > 1)
            {
                match = table.FindPrefix(reply.Tokens[..^1]);
                if (IsWorthAwaiting(reply, match.Tokens))
                {
                    continue;
                }
            }

            if (roster.Active.Count > 0 && !HasRoom(reply, match))
            {
                // Not the next one either: who waits longest is served first.
                return;
            }

            if (table.Acquire(reply, match) is not { } slot)
            {
                return;
            }

            waiting.RemoveAt(i--);
            roster.Activate(reply, slot);
        }
    }

    // Two conversations with one system prompt that come together: the second waits until the first has computed it.
    private bool IsWorthAwaiting(LiveReply reply, int held)
    {
        if (
            table.Decoder.Capabilities
            is not { PrefixSharing: not PrefixSharing.None, CutBack: CutBackSupport.Anywhere }
        )
        {
            return false;
        }

        foreach (var other in roster.Active)
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
        var reclaimable = table.ReclaimableTokens - (match.Slot is { Owner: null } ? match.Tokens : 0);
        return wanted <= reclaimable;
    }
}
