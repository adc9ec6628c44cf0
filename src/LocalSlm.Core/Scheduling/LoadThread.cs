namespace LocalSlm.Scheduling;

/// <summary>Runs the loading of a model on a thread of its own: native libraries take seconds and cannot be awaited.</summary>
internal static class LoadThread
{
    /// <summary>Runs a load.</summary>
    /// <param name="load">What loads; given the token.</param>
    /// <param name="cancellationToken">Cancels the task when <paramref name="load"/> throws for it.</param>
    /// <returns>What was loaded, or what it threw.</returns>
    public static Task<T> Run<T>(Func<CancellationToken, T> load, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(load, completion, cancellationToken))
        {
            IsBackground = true,
            Name = "LocalSlm load",
        }.Start();
        return completion.Task;
    }

    private static void Run<T>(
        Func<CancellationToken, T> load,
        TaskCompletionSource<T> completion,
        CancellationToken cancellationToken
    )
    {
        try
        {
            completion.SetResult(load(cancellationToken));
        }
        catch (OperationCanceledException error) when (error.CancellationToken == cancellationToken)
        {
            completion.SetCanceled(cancellationToken);
        }
#pragma warning disable CA1031 // Every error goes to the awaiting caller.
        catch (Exception error)
#pragma warning restore CA1031
        {
            completion.SetException(error);
        }
    }
}
