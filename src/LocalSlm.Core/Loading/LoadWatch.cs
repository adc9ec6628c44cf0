using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>Gives up a load that does not end. Native code cannot be stopped from outside: the load is told to end, and where it does not,
/// its thread is left behind, and its model freed when it comes back.</summary>
/// <param name="limit">How long a load may take, all in all; <see langword="null"/> for <see cref="DefaultLimit"/> without
/// progress.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class LoadWatch(TimeSpan? limit, TimeProvider clock, ILogger logger)
{
    /// <summary>How long a load may stand still where the options do not say.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(5);

    /// <summary>How long a load that was told to end is waited for: native libraries look at it between tensors.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a timer takes.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(int.MaxValue);

    private TimeSpan Limit => TimeSpan.FromTicks(Math.Min((limit ?? DefaultLimit).Ticks, s_longest.Ticks));

    /// <summary>Runs a load.</summary>
    /// <param name="open">Begins it.</param>
    /// <param name="progress">Told about progress until the load ends or is given up.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<TModel> RunAsync<TModel>(
        Func<IProgress<ModelLoadProgress>, CancellationToken, Task<TModel>> open,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
        where TModel : class, IDisposable
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Linked, so that the load hears of it from the caller's own thread: what waits below may be late on a busy thread pool.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = clock.CreateTimer(_ => ended.TrySetResult(), null, Limit, Timeout.InfiniteTimeSpan);
        using var caller = cancellationToken.UnsafeRegister(_ => ended.TrySetResult(), null);
        var reporter = new Reporter(
            progress,
            () =>
            {
                if (limit is null)
                {
                    timer.Change(Limit, Timeout.InfiniteTimeSpan);
                }
            }
        );
        var opening = open(reporter, stop.Token);
        await Task.WhenAny(opening, ended.Task).ConfigureAwait(false);
        if (!opening.IsCompleted)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            using var patience = new CancellationTokenSource();
            await Task.WhenAny(opening, Task.Delay(Grace, clock, patience.Token)).ConfigureAwait(false);
            await patience.CancelAsync().ConfigureAwait(false);
        }

        reporter.Stop();
        if (!opening.IsCompleted)
        {
            LoadLog.LeftBehind(logger, Grace.TotalSeconds);
            _ = FreeLaterAsync(opening, stop);
        }
        else if (
            !stop.IsCancellationRequested
            || opening.IsCompletedSuccessfully && !cancellationToken.IsCancellationRequested
        )
        {
            stop.Dispose();
            return await opening.ConfigureAwait(false);
        }
        else
        {
            await FreeLaterAsync(opening, stop).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new TimeoutException(
            limit is null
                ? $"The load made no progress for {Limit.TotalSeconds:F0} s and was given up. Set ModelLoadOptions.LoadTimeout for more."
                : $"The load took longer than LoadTimeout, {Limit.TotalSeconds:F0} s, and was given up."
        );
    }

    private static async Task FreeLaterAsync<TModel>(Task<TModel> opening, CancellationTokenSource stop)
        where TModel : class, IDisposable
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            (await opening.ConfigureAwait(false)).Dispose();
        }
        else
        {
            _ = opening.Exception;
        }

        stop.Dispose();
    }

    private sealed class Reporter(IProgress<ModelLoadProgress>? progress, Action onReport)
        : IProgress<ModelLoadProgress>
    {
        private volatile bool _stopped;

        public void Stop() => _stopped = true;

        public void Report(ModelLoadProgress value)
        {
            if (!_stopped)
            {
                onReport();
                progress?.Report(value);
            }
        }
    }
}
