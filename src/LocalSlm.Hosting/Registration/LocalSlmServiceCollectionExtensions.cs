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
using Microsoft.Extensions.Logging;
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
        services.TryAddSingleton<IHardwareProbe>(static provider => new HardwareProbe(
            provider.GetServices<IModelRuntime>(),
            loggers: provider.GetService<ILoggerFactory>(),
            timeProvider: provider.GetService<TimeProvider>()
        ));
        services.AddOptions<LocalSlmOptions>().ValidateOnStart();
        // Before everything that code sets, wherever it does: code wins.
        services.Insert(
            0,
            ServiceDescriptor.Singleton<IConfigureOptions<LocalSlmOptions>>(new OptionsSources(registry))
        );
        services.AddSingleton<IPostConfigureOptions<LocalSlmOptions>>(provider => new OptionsCompletion(
            registry,
            provider
        ));
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<LocalSlmOptions>, LocalSlmOptionsValidator>()
        );
        services.AddSingleton(LocalModelHost.Create);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelLifetimeService>());
        services.TryAddSingleton<IChatClient>(static provider => new ModelRoutingChatClient(
            provider.GetRequiredService<LocalModelHost>(),
            provider
        ));

        // Names that configuration adds while the host runs. Keys that are registered win over these.
        services.AddKeyedSingleton<IChatClient>(
            KeyedService.AnyKey,
            static (provider, key) => provider.GetRequiredService<LocalModelHost>().CreateLaterChatClient(key)
        );
        services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
            KeyedService.AnyKey,
            static (provider, key) => provider.GetRequiredService<LocalModelHost>().CreateLaterEmbeddingGenerator(key)
        );
        return new LocalSlmBuilder(services, registry);
    }

    /// <summary>Adds LocalSlm with the models and options that configuration names:
    /// <c>LocalSlm:Models:&lt;name&gt;:Path</c>, <c>…:ContextTokens</c>, <c>…:LoadAtStart</c> and so on, and
    /// <c>LocalSlm:DefaultModel</c>; <c>docs/guide/configuration.md</c> lists every key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The application's configuration, its section <c>LocalSlm</c>, or a document with a section
    /// <c>deployment</c> or <c>performance</c>. Models are read from it now, their options when the host starts.</param>
    /// <returns>The builder to add models to. What is set in code wins over configuration.</returns>
    public static LocalSlmBuilder AddLocalSlm(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = services.AddLocalSlm();
        builder.Bind(configuration);
        return builder;
    }

    private static ModelRegistry? FindRegistry(IServiceCollection services) =>
        services
            .Where(static service => service.ServiceType == typeof(ModelRegistry) && !service.IsKeyedService)
            .Select(static service => service.ImplementationInstance)
            .OfType<ModelRegistry>()
            .FirstOrDefault();
}
