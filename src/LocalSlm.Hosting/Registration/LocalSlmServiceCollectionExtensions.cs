using LocalSlm;
using LocalSlm.Gguf;
using LocalSlm.Hosting;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Hosting.Registration;
using LocalSlm.Hosting.Routing;
using LocalSlm.Onnx;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds language models that run in this process.</summary>
public static class LocalSlmServiceCollectionExtensions
{
    /// <summary>Adds LocalSlm. Add models to what it returns:
    /// <c>services.AddLocalSlm().AddChatModel("smollm2", "models/….gguf")</c>.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The builder to add models to. Calling this again gives a builder for the same models.</returns>
    public static LocalSlmBuilder AddLocalSlm(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (FindRegistry(services) is { } known)
        {
            return new LocalSlmBuilder(services, known);
        }

        var registry = new ModelRegistry();
        services.AddSingleton(registry);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IModelRuntime, GgufRuntime>(static provider => new GgufRuntime(
                new GgufRuntimeOptions
                {
                    NativeDirectory = provider
                        .GetRequiredService<IOptions<LocalSlmOptions>>()
                        .Value.NativeLibraryDirectory,
                }
            ))
        );
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IModelRuntime, OnnxModelRuntime>(static provider => new OnnxModelRuntime(
                provider.GetRequiredService<IOptions<LocalSlmOptions>>().Value.Onnx
            ))
        );
        services.AddOptions<LocalSlmOptions>().ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<LocalSlmOptions>, LocalSlmOptionsValidator>()
        );
        services.AddSingleton(LocalModelHost.Create);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelLifetimeService>());
        services.TryAddSingleton<IChatClient>(static provider => new ModelRoutingChatClient(
            provider.GetRequiredService<LocalModelHost>(),
            provider
        ));
        return new LocalSlmBuilder(services, registry);
    }

    /// <summary>Adds LocalSlm with the models and options that configuration names:
    /// <c>LocalSlm:Models:&lt;name&gt;:Path</c>, <c>…:ContextTokens</c>, <c>…:LoadAtStart</c> and so on, and
    /// <c>LocalSlm:DefaultModel</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The application's configuration, or its section <c>LocalSlm</c>. Models are read from it now,
    /// their options when the host starts.</param>
    /// <returns>The builder to add models to. What is set in code wins over configuration.</returns>
    public static LocalSlmBuilder AddLocalSlm(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = services.AddLocalSlm();
        var section = configuration.GetSection(ConfigurationReader.Root);
        builder.Bind(section.Exists() ? section : configuration);
        return builder;
    }

    private static ModelRegistry? FindRegistry(IServiceCollection services) =>
        services
            .Where(static service => service.ServiceType == typeof(ModelRegistry) && !service.IsKeyedService)
            .Select(static service => service.ImplementationInstance)
            .OfType<ModelRegistry>()
            .FirstOrDefault();
}
