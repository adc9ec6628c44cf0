using Polly;
using Polly.Retry;

namespace LocalSlm.Loading;

/// <summary>Repeats once, after a pause, what may pass: a locked file, memory of a device that other programs use.</summary>
internal static class LoadRepetition
{
    /// <summary>How long it waits: a program that is about to end gives its memory back within that.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Makes the pipeline.</summary>
    /// <param name="device">The device; <see langword="null"/> where only files are read.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="onRepeat">Told why.</param>
    public static ResiliencePipeline Make(ComputeDevice? device, TimeProvider clock, Action<Exception> onRepeat) =>
        new ResiliencePipelineBuilder { TimeProvider = clock, Name = "LocalSlm load" }
            .AddRetry(
                new RetryStrategyOptions
                {
                    MaxRetryAttempts = 1,
                    Delay = Pause,
                    ShouldHandle = args =>
                        ValueTask.FromResult(
                            args.Outcome.Exception is { } error && LoadFaults.IsTransient(error, device)
                        ),
                    OnRetry = args =>
                    {
                        onRepeat(args.Outcome.Exception!);
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
}
