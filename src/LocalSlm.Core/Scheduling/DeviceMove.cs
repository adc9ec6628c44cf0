namespace LocalSlm.Scheduling;

/// <summary>The opening of a model on another device, on which the owner thread waits without being deaf to other news.</summary>
/// <typeparam name="T">What computes there.</typeparam>
internal sealed class DeviceMove<T>
    where T : class
{
    private volatile bool _isOver;

    /// <summary>Gets a value indicating whether one of <see cref="Moved"/> and <see cref="Error"/> is there.</summary>
    public bool IsOver => _isOver;

    public T? Moved { get; private set; }

    public Exception? Error { get; private set; }

    /// <summary>Moves.</summary>
    /// <param name="open">What opens the model.</param>
    /// <param name="reason">What the device said.</param>
    /// <param name="wake">Called when it is over.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>A task that never fails.</returns>
    public async Task RunAsync(
        Func<string, CancellationToken, Task<T>> open,
        string reason,
        Action wake,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Moved = await open(reason, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, the replies that wait are told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Error = error;
        }

        _isOver = true;
        wake();
    }
}
