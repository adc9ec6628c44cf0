namespace LocalSlm.Samples.Chat;

/// <summary>Turns Ctrl+C into the cancellation of the reply that is being written. Between replies it does nothing but
/// remember that it was pressed.</summary>
internal sealed class ReplyInterrupt : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _reply;
    private bool _pressed;

    public ReplyInterrupt() => Console.CancelKeyPress += OnCancelKey;

    /// <summary>Begins a reply.</summary>
    /// <returns>The token that Ctrl+C cancels until the next reply begins.</returns>
    public CancellationToken BeginReply()
    {
        lock (_gate)
        {
            _reply?.Dispose();
            _reply = new CancellationTokenSource();
            _pressed = false;
            return _reply.Token;
        }
    }

    /// <summary>Ends a reply: Ctrl+C has nothing to stop from here on.</summary>
    public void EndReply()
    {
        lock (_gate)
        {
            _reply?.Dispose();
            _reply = null;
        }
    }

    /// <summary>Tells whether Ctrl+C was pressed since this was last asked.</summary>
    public bool TakePressed()
    {
        lock (_gate)
        {
            var pressed = _pressed;
            _pressed = false;
            return pressed;
        }
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancelKey;
        EndReply();
    }

    private void OnCancelKey(object? sender, ConsoleCancelEventArgs arguments)
    {
        arguments.Cancel = true;
        lock (_gate)
        {
            _pressed = true;
            _reply?.Cancel();
        }
    }
}
