using LocalSlm.Constraints.JumpAhead;

namespace LocalSlm.Scheduling;

/// <summary>Finds the tokens of text that is appended without sampling, and makes way for them. Their text and their count are the
/// caller's. The owner thread's own.</summary>
internal sealed class UnsampledText(ITokenizer tokenizer, SequenceTable table)
{
    /// <summary>How many tokens are taken away at most.</summary>
    private const int MostRemoved = 8;

    private readonly ForcedRun _run = new(tokenizer);
    private readonly PlainEncoder _encoder = new(tokenizer);

    /// <summary>Gets the tokens to append.</summary>
    public List<int> Tokens { get; } = [];

    /// <summary>Gets how many of the last tokens were taken away for them.</summary>
    public int Removed { get; private set; }

    /// <summary>Gets how many bytes at their beginning were handed out already.</summary>
    public int SkippedBytes { get; private set; }

    /// <summary>Finds what the reply's grammar forces, and moves the reply's state behind it.</summary>
    /// <returns><see langword="false"/> if there is nothing.</returns>
    public bool TryForce(LiveReply reply)
    {
        var state = reply.State!;
        if (state.Grammar is not { IsTerminal: false } grammar)
        {
            return false;
        }

        var masks = state.Phase.Masks!;
        var forced = masks.States.Force(grammar);
        if (forced.Bytes.Length == 0 || (forced.Bytes.Length == 1 && masks.CanGoOn(forced.Bytes, forced.Behind)))
        {
            // A single byte that longer tokens begin with is the model's to choose; no need to tokenise for that.
            return false;
        }

        var outputs = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(reply.OutputTokens);
        if (!_run.TryFind(masks, grammar, outputs, CountRemovable(reply), reply.DropsNextSpace))
        {
            return false;
        }

        var room = Math.Min(reply.Request.MaxOutputTokens - outputs.Length, table.SequenceTokens - reply.TokenCount);
        if (_run.Tokens.Count - _run.Removed > room)
        {
            // The reply ends within the text: its last tokens come one by one.
            return false;
        }

        SkippedBytes = 0;
        foreach (var token in outputs[^_run.Removed..])
        {
            SkippedBytes += tokenizer.GetBytes(token).Length;
        }

        Removed = _run.Removed;
        reply.RemoveLast(Removed);
        if (reply.TokenCount < reply.Slot!.Length)
        {
            table.CutBack(reply.Slot, reply.TokenCount);
        }

        Tokens.Clear();
        Tokens.AddRange(_run.Tokens);
        state.Force(forced.Bytes.AsSpan(0, _run.Covered));
        return true;
    }

    /// <summary>Finds the text that closes the reply's phase, and moves the reply's state behind it.</summary>
    public void Close(LiveReply reply)
    {
        (Removed, SkippedBytes) = (0, 0);
        Tokens.Clear();
        if (reply.State!.Phase.Free!.ClosingText is { Length: > 0 } text)
        {
            _encoder.TryEncode(text, isControl: true, reply.DropsNextSpace, Tokens);
            var room = Math.Min(
                reply.Request.MaxOutputTokens - reply.OutputTokens.Count,
                table.SequenceTokens - reply.TokenCount
            );
            if (Tokens.Count > room)
            {
                Tokens.RemoveRange(Math.Max(0, room), Tokens.Count - Math.Max(0, room));
            }
        }

        reply.State.Close();
    }

    private int CountRemovable(LiveReply reply)
    {
        // What was slid away must not be reached.
        var most = Math.Min(MostRemoved, Math.Min(reply.OutputTokens.Count, (reply.TokenCount - 1) / 2));
        var count = 0;
        while (count < most && table.CanCutBack(reply.Slot!, reply.TokenCount - count - 1))
        {
            count++;
        }

        return count;
    }
}
