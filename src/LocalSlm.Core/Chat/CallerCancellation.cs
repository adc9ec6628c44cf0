using LocalSlm.Scheduling;

namespace LocalSlm.Chat;

/// <summary>Joins the token of a call with the token of its enumeration, and gives back the one that was cancelled: callers
/// compare <see cref="OperationCanceledException.CancellationToken"/> with their own.</summary>
internal readonly struct CallerCancellation : IDisposable
{
    private readonly CancellationTokenSource? _linked;
    private readonly CancellationToken _first;
    private readonly CancellationToken _second;

    private CallerCancellation(CancellationTokenSource? linked, CancellationToken first, CancellationToken second)
    {
        _first = first;
        _second = second;
        _linked = linked;
    }

    /// <summary>Gets a value indicating whether two tokens had to be joined.</summary>
    public bool IsLinked => _linked is not null;

    /// <summary>Gets the token that is cancelled when either is.</summary>
    public CancellationToken Token => _linked?.Token ?? (_first.CanBeCanceled ? _first : _second);

    /// <summary>Joins two tokens.</summary>
    /// <param name="first">The one.</param>
    /// <param name="second">The other.</param>
    /// <returns>Both.</returns>
    public static CallerCancellation Join(CancellationToken first, CancellationToken second) =>
        new(
            first.CanBeCanceled && second.CanBeCanceled && first != second
                ? CancellationTokenSource.CreateLinkedTokenSource(first, second)
                : null,
            first,
            second
        );

    /// <summary>Waits for an update and reports a cancellation with the caller's own token.</summary>
    /// <param name="generation">The reply.</param>
    /// <returns>Whether there is an update.</returns>
    public async ValueTask<bool> WaitToReadAsync(IGeneration generation)
    {
        try
        {
            return await generation.WaitToReadAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (error.CancellationToken == Token)
        {
            throw new OperationCanceledException(
                error.Message,
                error,
                _first.IsCancellationRequested ? _first : _second
            );
        }
    }

    public void Dispose() => _linked?.Dispose();
}
