using LocalSlm.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting;

/// <summary>Hosts whose models are served by the fake runtime.</summary>
internal static class HostFixture
{
    /// <summary>Makes a host builder without ambient configuration.</summary>
    /// <param name="runtime">The runtime for paths that begin with <c>fake:</c>.</param>
    /// <returns>The builder.</returns>
    public static HostApplicationBuilder NewBuilder(FakeModelRuntime runtime)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<IModelRuntime>(runtime);
        return builder;
    }
}
