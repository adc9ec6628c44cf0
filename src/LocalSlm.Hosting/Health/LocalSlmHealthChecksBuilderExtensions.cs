using LocalSlm.Hosting;
using LocalSlm.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of language models that run in this process.</summary>
public static class LocalSlmHealthChecksBuilderExtensions
{
    /// <summary>Adds a check of the models that <c>AddLocalSlm</c> serves. It loads nothing.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What is reported when a model that is loaded at start is not there; <see langword="null"/> (default):
    /// <see cref="HealthStatus.Unhealthy"/>. A model that fell back to another device, or a later load that failed, is reported as
    /// <see cref="HealthStatus.Degraded"/>, with the reason.</param>
    /// <param name="tags">Tags to choose checks by; <see langword="null"/> (default): <c>ready</c>.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddLocalSlm(
        this IHealthChecksBuilder builder,
        string name = "localslm",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(
            new HealthCheckRegistration(
                name,
                static services => new LocalSlmHealthCheck(services.GetRequiredService<LocalModelHost>()),
                failureStatus,
                tags ?? ["ready"]
            )
        );
    }
}
