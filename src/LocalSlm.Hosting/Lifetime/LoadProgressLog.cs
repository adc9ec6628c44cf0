using Microsoft.Extensions.Logging;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>Logs how a load goes on: each stage once, and within a stage at most every two seconds. Passes everything on.</summary>
/// <param name="model">The model's name.</param>
/// <param name="logger">Where messages go.</param>
/// <param name="clock">The clock.</param>
/// <param name="next">Who else is told; <see langword="null"/> for nobody.</param>
internal sealed class LoadProgressLog(
    string model,
    ILogger logger,
    TimeProvider clock,
    IProgress<ModelLoadProgress>? next
) : IProgress<ModelLoadProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private ModelLoadStage? _stage;
    private int _percent;
    private long _last;

    /// <inheritdoc/>
    public void Report(ModelLoadProgress value)
    {
        next?.Report(value);
        var percent = (int)(Math.Clamp(value.Fraction, 0, 1) * 100);
        lock (_gate)
        {
            if (value.Stage == _stage && (percent == _percent || clock.GetElapsedTime(_last) < s_interval))
            {
                return;
            }

            (_stage, _percent, _last) = (value.Stage, percent, clock.GetTimestamp());
        }

        logger.Loading(model, value.Stage, percent);
    }
}
