using Polly;
using Polly.CircuitBreaker;

namespace LocalSlm.Loading;

/// <summary>Keeps a device that fails from being tried on every load. It opens when at least half of what it did within
/// <see cref="Window"/> failed by its own fault, of <see cref="LeastTries"/> or more: loads count, and failures while it computed. After
/// <see cref="Pause"/> one load tries it again. Safe for concurrent use.</summary>
internal sealed class DeviceBreaker
{
    /// <summary>The fewest tries that tell something.</summary>
    public const int LeastTries = 3;

    private const double FailureShare = 0.5;

    /// <summary>How far back failures count.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    /// <summary>How long it stays open.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    private readonly CircuitBreakerStateProvider _state = new();
    private readonly TimeProvider _clock;
    private long _openUntil;

    /// <param name="clock">The clock.</param>
    public DeviceBreaker(TimeProvider clock)
    {
        _clock = clock;
        Pipeline = new ResiliencePipelineBuilder { TimeProvider = clock, Name = "LocalSlm device" }
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions
                {
                    MinimumThroughput = LeastTries,
                    FailureRatio = FailureShare,
                    SamplingDuration = Window,
                    BreakDuration = Pause,
                    StateProvider = _state,
                    ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is DeviceFaultException),
                    OnOpened = args =>
                    {
                        Volatile.Write(ref _openUntil, (clock.GetUtcNow() + args.BreakDuration).UtcTicks);
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
    }

    /// <summary>Gets the pipeline through which the device is tried: it counts each <see cref="DeviceFaultException"/>.</summary>
    public ResiliencePipeline Pipeline { get; }

    /// <summary>Gets a value indicating whether the next load is the one that tries the device again.</summary>
    public bool IsOnTrial => _state.CircuitState != CircuitState.Closed;

    /// <summary>Gets until when the device is not tried; <see langword="null"/> if it is.</summary>
    public DateTimeOffset? OpenUntil
    {
        get
        {
            var until = new DateTimeOffset(Volatile.Read(ref _openUntil), TimeSpan.Zero);
            return _state.CircuitState == CircuitState.Open && _clock.GetUtcNow() < until ? until : null;
        }
    }

    /// <summary>Counts a failure that showed outside of a load, or after one.</summary>
    public async ValueTask CountAsync(Exception error)
    {
        try
        {
            await Pipeline
                .ExecuteAsync(
                    static (cause, _) => ValueTask.FromException(new DeviceFaultException(cause)),
                    error,
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
        catch (Exception counted) when (counted is DeviceFaultException or BrokenCircuitException)
        {
            // It is counted, or the device is not tried anyway.
        }
    }
}
