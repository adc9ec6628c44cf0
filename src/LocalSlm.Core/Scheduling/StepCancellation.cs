namespace LocalSlm.Scheduling;

/// <summary>Ends a step that nobody waits for any more: a prompt that is computed when its last reader gives up would otherwise hold
/// the model until its piece is done, a second and more on a small machine.</summary>
/// <remarks>A step is ended only when all its replies have ended: what others in it would lose is theirs.</remarks>
internal sealed class StepCancellation : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _source;
    private CancellationToken _outer;
    private List<LiveReply>? _computed;

    /// <summary>Begins a step; the owner thread calls it.</summary>
    /// <param name="replies">Whose step it is; unchanged until <see cref="End"/>.</param>
    /// <param name="outer">Ends the step in any case.</param>
    /// <returns>The token that the step observes.</returns>
    public CancellationToken Begin(List<LiveReply> replies, CancellationToken outer)
    {
        if (_source is null || _outer != outer)
        {
            _source?.Dispose();
            _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
            _outer = outer;
        }

        lock (_gate)
        {
            _computed = replies;
        }

        // One of them may have ended while the step was made.
        OnReplyEnded();
        return _source.Token;
    }

    /// <summary>Ends a step; the owner thread calls it.</summary>
    public void End()
    {
        lock (_gate)
        {
            _computed = null;
        }

        if (_source is { IsCancellationRequested: true })
        {
            _source.Dispose();
            _source = null;
        }
    }

    /// <summary>Looks whether anybody still waits for the step. Safe from any thread.</summary>
    public void OnReplyEnded()
    {
        lock (_gate)
        {
            if (_computed is null)
            {
                return;
            }

            foreach (var reply in _computed)
            {
                if (!reply.IsEnded)
                {
                    return;
                }
            }

            // Within the lock: the source is of this step.
            _source!.Cancel();
        }
    }

    public void Dispose() => _source?.Dispose();
}
