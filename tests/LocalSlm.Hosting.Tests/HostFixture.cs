using System.Text;
using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

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

    /// <summary>Reads options from a JSON document that is the application's whole configuration.</summary>
    /// <param name="json">The document.</param>
    /// <param name="configure">Adds to what the document says.</param>
    /// <returns>The options, completed and checked.</returns>
    public static LocalSlmOptions Read(string json, Action<LocalSlmBuilder>? configure = null)
    {
        var builder = NewBuilder(new FakeModelRuntime());
        AddJson(builder, json);
        var models = builder.Services.AddLocalSlm(builder.Configuration);
        configure?.Invoke(models);
        using var host = builder.Build();
        return host.Services.GetRequiredService<IOptions<LocalSlmOptions>>().Value;
    }

    /// <summary>Reads a JSON document that must be refused.</summary>
    /// <param name="json">The document.</param>
    /// <param name="configure">Adds to what the document says.</param>
    /// <returns>What was wrong.</returns>
    public static IReadOnlyList<string> ReadProblems(string json, Action<LocalSlmBuilder>? configure = null) =>
        [.. Assert.Throws<OptionsValidationException>(() => Read(json, configure)).Failures];

    /// <summary>Adds a JSON document to the application's configuration.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="json">The document.</param>
    public static void AddJson(HostApplicationBuilder builder, string json) =>
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}
