using LocalSlm.Hosting.Deployment;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Hosting.Registration;
using LocalSlm.Hosting.Registration.Values;
using LocalSlm.Hosting.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LocalSlm.Hosting;

/// <summary>Adds models to a host; see <see cref="LocalSlmServiceCollectionExtensions"/>.</summary>
public sealed class LocalSlmBuilder
{
    private readonly ModelRegistry _registry;

    internal LocalSlmBuilder(IServiceCollection services, ModelRegistry registry)
    {
        Services = services;
        _registry = registry;
    }

    /// <summary>Gets the services that models are added to.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a chat model: an <see cref="IChatClient"/> under the key <paramref name="name"/>. The first model added also
    /// answers through the <see cref="IChatClient"/> without a key, which passes requests on by
    /// <see cref="ChatOptions.ModelId"/>.</summary>
    /// <param name="name">The name it is served under: key, model id of replies, and section in configuration.</param>
    /// <param name="path">Its file or folder.</param>
    /// <param name="configure">Sets further options.</param>
    /// <returns>The client's pipeline, to add middleware to: <c>AddChatModel(…).UseLogging().UseOpenTelemetry()</c>.</returns>
    /// <exception cref="ArgumentException">The name or path is empty, or the name was added before.</exception>
#pragma warning disable RS0026 // One overload needs a path and the other takes none: no call fits both.
    public ChatClientBuilder AddChatModel(string name, string path, Action<ChatModelOptions>? configure = null)
#pragma warning restore RS0026
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return AddChatModel(
            name,
            options =>
            {
                options.Path = path;
                configure?.Invoke(options);
            }
        );
    }

    /// <summary>Adds a chat model whose options, the path among them, come from configuration or from
    /// <paramref name="configure"/>.</summary>
    /// <param name="name">The name it is served under.</param>
    /// <param name="configure">Sets options; it runs after configuration was bound.</param>
    /// <returns>The client's pipeline, to add middleware to.</returns>
    /// <exception cref="ArgumentException">The name is empty, or was added before.</exception>
#pragma warning disable RS0026 // One overload needs a path and the other takes none: no call fits both.
    public ChatClientBuilder AddChatModel(string name, Action<ChatModelOptions>? configure = null)
#pragma warning restore RS0026
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _registry.ClaimForCode(name);
        _registry.CodeSettings.Add(options =>
        {
            var model = options.Model(name);
            try
            {
                configure?.Invoke(model);
            }
            catch (ArgumentException error)
            {
                // Reported with every other problem when the host starts.
                options.Problems.Add($"Model '{name}': {ErrorText.Of(error)}");
            }
        });
        return Register(name);
    }

    /// <summary>Adds an embedding model: an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of texts under the key
    /// <paramref name="name"/>. The first one added also answers through the generator without a key, which passes requests on by
    /// <see cref="EmbeddingGenerationOptions.ModelId"/>.</summary>
    /// <param name="name">The name it is served under: key, model id of vectors, and section in configuration.</param>
    /// <param name="path">Its file or folder.</param>
    /// <param name="configure">Sets further options.</param>
    /// <returns>The generator's pipeline, to add middleware to:
    /// <c>AddEmbeddingModel(…).UseDistributedCache().UseOpenTelemetry()</c>.</returns>
    /// <exception cref="ArgumentException">The name or path is empty, or the name was added before.</exception>
#pragma warning disable RS0026 // One overload needs a path and the other takes none: no call fits both.
    public EmbeddingGeneratorBuilder<string, Embedding<float>> AddEmbeddingModel(
#pragma warning restore RS0026
        string name,
        string path,
        Action<EmbeddingModelOptions>? configure = null
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return AddEmbeddingModel(
            name,
            options =>
            {
                options.Path = path;
                configure?.Invoke(options);
            }
        );
    }

    /// <summary>Adds an embedding model whose options, the path among them, come from configuration or from
    /// <paramref name="configure"/>.</summary>
    /// <param name="name">The name it is served under.</param>
    /// <param name="configure">Sets options; it runs after configuration was bound.</param>
    /// <returns>The generator's pipeline, to add middleware to.</returns>
    /// <exception cref="ArgumentException">The name is empty, or was added before.</exception>
#pragma warning disable RS0026 // One overload needs a path and the other takes none: no call fits both.
    public EmbeddingGeneratorBuilder<string, Embedding<float>> AddEmbeddingModel(
#pragma warning restore RS0026
        string name,
        Action<EmbeddingModelOptions>? configure = null
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _registry.ClaimEmbeddingForCode(name);
        _registry.CodeSettings.Add(options =>
        {
            var model = options.EmbeddingModel(name);
            try
            {
                configure?.Invoke(model);
            }
            catch (ArgumentException error)
            {
                // Reported with every other problem when the host starts.
                options.Problems.Add($"Embedding model '{name}': {ErrorText.Of(error)}");
            }
        });
        return RegisterEmbedding(name);
    }

    /// <summary>Reads the environment variables of Ollama, Foundry Local and CUDA that people bring along, such as
    /// <c>OLLAMA_KEEP_ALIVE</c>; <c>docs/guide/from-ollama.md</c> lists them with their meaning here. Without this call, none is read.</summary>
    /// <param name="read">Reads a variable by its name. <see langword="null"/> (default): the environment of this process.</param>
    /// <returns>This builder.</returns>
    /// <remarks>Configuration wins over the environment, and code over both. A value that cannot be read is reported by name when the host
    /// starts.</remarks>
    public LocalSlmBuilder UsePeerEnvironment(Func<string, string?>? read = null)
    {
        read ??= Environment.GetEnvironmentVariable;
        _registry.PeerEnvironment = read;
        // A key of dependency injection must be known before the host is built.
        if (_registry.NamedByEnvironment is { } model)
        {
            Register(model);
        }

        return this;
    }

    /// <summary>Binds options from configuration; every section under <c>Models</c> adds a model, and so does what a deployment document
    /// names.</summary>
    internal void Bind(IConfiguration configuration)
    {
        var source = ConfigurationSource.Find(configuration);
        _registry.Configurations.Add(configuration);
        foreach (var model in ModelSectionReader.FindModels(source.Options.GetSection(nameof(LocalSlmOptions.Models))))
        {
            Register(model.Name);
        }

        foreach (
            var model in ModelSectionReader.FindEmbeddingModels(
                source.Options.GetSection(nameof(LocalSlmOptions.EmbeddingModels))
            )
        )
        {
            RegisterEmbedding(model.Name);
        }

        foreach (var model in DeploymentReader.FindModels(source))
        {
            Register(model.Value!);
        }
    }

    private ChatClientBuilder Register(string name)
    {
        if (_registry.Find(name) is { } known)
        {
            return known;
        }

        var client = Services.AddKeyedChatClient(
            name,
            services => services.GetRequiredService<LocalModelHost>().CreateChatClient(name)
        );
        _registry.Add(name, client);
        return client;
    }

    private EmbeddingGeneratorBuilder<string, Embedding<float>> RegisterEmbedding(string name)
    {
        if (_registry.FindGenerator(name) is { } known)
        {
            return known;
        }

        if (_registry.EmbeddingNames.Count == 0)
        {
            Services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
                static provider => new ModelRoutingEmbeddingGenerator(
                    provider.GetRequiredService<LocalModelHost>(),
                    provider
                )
            );
        }

        var generator = Services.AddKeyedEmbeddingGenerator(
            name,
            IEmbeddingGenerator<string, Embedding<float>> (services) =>
                services.GetRequiredService<LocalModelHost>().CreateEmbeddingGenerator(name)
        );
        _registry.Add(name, generator);
        return generator;
    }
}
