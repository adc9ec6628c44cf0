using LocalSlm.Hosting.Lifetime;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LocalSlm.Hosting.Health;

/// <summary>Tells whether the models of a host serve, and serve as well as they should. Loads nothing and waits for nothing.</summary>
/// <remarks>Unhealthy: a model that is loaded at start is not there. Degraded: a model could not be loaded at the last attempt, serves no more, or runs on
/// another device than the first that was meant for it.</remarks>
internal sealed class LocalSlmHealthCheck(IModelStates models) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        var broken = new List<string>();
        var degraded = new List<string>();
        Exception? error = null;
        foreach (var model in models.GetStates())
        {
            // The first error explains the result; all of them are in its text.
            error ??= model.LoadError;
            data[data.ContainsKey(model.Name) ? $"{model.Name} ({model.Use})" : model.Name] = model.Device is { } device
                ? $"{model.State} on {device}"
                : $"{model.State}";
            if (FindFault(model) is { } fault)
            {
                (model.LoadAtStart ? broken : degraded).Add(fault);
            }

            if (FindDegradation(model) is { } degradation)
            {
                degraded.Add(degradation);
            }
        }

        var description = string.Join(" ", broken.Concat(degraded));
        return Task.FromResult(
            broken.Count > 0 ? new HealthCheckResult(context.Registration.FailureStatus, description, error, data)
            : degraded.Count > 0 ? HealthCheckResult.Degraded(description, error, data)
            : HealthCheckResult.Healthy("Every model serves, or is loaded by its first request.", data)
        );
    }

    private static string? FindFault(ModelState model) =>
        model switch
        {
            { State: ModelLoadState.Failed, LoadError: { } error } =>
                $"Model '{model.Name}' could not be loaded: {error.Message}",
            { State: ModelLoadState.Broken, LoadError: { } error } =>
                $"Model '{model.Name}' serves no more until it is loaded again: {error.Message}",
            { State: ModelLoadState.Loading, LoadAtStart: true } => $"Model '{model.Name}' is still being loaded.",
            _ => null,
        };

    private static string? FindDegradation(ModelState model)
    {
        if (model.State != ModelLoadState.Loaded)
        {
            return null;
        }

        // The last change is the one that counts: it says why the model is where it is.
        if (model.History.LastOrDefault(static entry => entry.Kind == ModelHistoryKind.FailedOver) is { } failure)
        {
            return $"Model '{model.Name}' went on with {model.Device}, because {failure.Device} failed: {failure.Reason}";
        }

        var fallbacks = model
            .History.Where(static entry => entry.Kind == ModelHistoryKind.FellBack)
            .Select(static entry => $"{entry.Device}: {entry.Reason}")
            .ToList();
        if (fallbacks.Count == 0)
        {
            fallbacks = [.. model.FailedDevices.Select(static attempt => $"{attempt.Device}: {attempt.Reason}")];
        }

        return fallbacks.Count == 0
            ? null
            : $"Model '{model.Name}' runs on {model.Device}, because others did not serve. {string.Join(" ", fallbacks)}";
    }
}
