using LocalSlm.Hosting.Deployment;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>The names that were registered, in order, while services were added.</summary>
internal sealed class ModelRegistry
{
    private readonly Dictionary<string, ChatClientBuilder> _clients = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fromCode = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly Dictionary<string, EmbeddingGeneratorBuilder<string, Embedding<float>>> _generators = new(
        StringComparer.Ordinal
    );
    private readonly HashSet<string> _embeddingsFromCode = new(StringComparer.Ordinal);
    private readonly List<string> _embeddingNames = [];

    /// <summary>Gets the names of chat models in the order of registration.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Gets the names of chat models that code added.</summary>
    public IReadOnlyCollection<string> NamesFromCode => _fromCode;

    /// <summary>Gets the names of embedding models that code added.</summary>
    public IReadOnlyCollection<string> EmbeddingNamesFromCode => _embeddingsFromCode;

    /// <summary>Gets the configurations that were given, in order.</summary>
    public List<IConfiguration> Configurations { get; } = [];

    /// <summary>Gets where options stand in them now: a section or a document may come and go while the host runs.</summary>
    public IEnumerable<ConfigurationSource> Sources => Configurations.Select(ConfigurationSource.Find);

    /// <summary>Gets or sets what reads the environment variables of other software; <see langword="null"/> if nobody asked for
    /// it.</summary>
    public Func<string, string?>? PeerEnvironment { get; set; }

    /// <summary>Gets a value indicating whether configuration names the model that answers where a request names none.</summary>
    public bool ConfiguresDefault =>
        Sources.Any(static source =>
            !string.IsNullOrEmpty(source.Options[nameof(LocalSlmOptions.DefaultModel)])
            || DeploymentReader.FindModels(source).Any()
        );

    /// <summary>Gets what code sets for its models, in order.</summary>
    public List<Action<LocalSlmOptions>> CodeSettings { get; } = [];

    /// <summary>Gets the models that are named now where a name or a path may stand, each with the place that names it.</summary>
    public IEnumerable<(string Model, string Source)> Named =>
        Sources
            .SelectMany(DeploymentReader.FindModels)
            .Select(static model => (model.Value!, model.Path))
            .Concat(
                NamedByEnvironment is { } named
                    ? [(named, $"the environment variable {Peers.PeerEnvironment.Model}")]
                    : []
            );

    /// <summary>Gets the model that the environment names; <see langword="null"/> where configuration names a default, which wins
    /// anyway.</summary>
    public string? NamedByEnvironment =>
        PeerEnvironment is { } read
        && Peers.PeerEnvironment.Clean(read(Peers.PeerEnvironment.Model)) is { Length: > 0 } model
        && !ConfiguresDefault
            ? model
            : null;

    /// <summary>Finds the pipeline of a model.</summary>
    /// <param name="name">The model's name.</param>
    /// <returns>The builder, or <see langword="null"/>.</returns>
    public ChatClientBuilder? Find(string name) => _clients.GetValueOrDefault(name);

    /// <summary>Registers a name with its pipeline.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="client">The pipeline.</param>
    public void Add(string name, ChatClientBuilder client)
    {
        _clients.Add(name, client);
        _names.Add(name);
    }

    /// <summary>Marks a name as added in code, which may happen once.</summary>
    /// <param name="name">The model's name.</param>
    /// <exception cref="ArgumentException">It was added in code before.</exception>
    public void ClaimForCode(string name)
    {
        if (!_fromCode.Add(name))
        {
            throw new ArgumentException(
                $"A chat model '{name}' was added already. Give each model a name of its own.",
                nameof(name)
            );
        }
    }

    /// <summary>Gets the names of embedding models in the order of registration.</summary>
    public IReadOnlyList<string> EmbeddingNames => _embeddingNames;

    /// <summary>Finds the pipeline of an embedding model.</summary>
    /// <param name="name">The model's name.</param>
    /// <returns>The builder, or <see langword="null"/>.</returns>
    public EmbeddingGeneratorBuilder<string, Embedding<float>>? FindGenerator(string name) =>
        _generators.GetValueOrDefault(name);

    /// <summary>Registers the name of an embedding model with its pipeline.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="generator">The pipeline.</param>
    public void Add(string name, EmbeddingGeneratorBuilder<string, Embedding<float>> generator)
    {
        _generators.Add(name, generator);
        _embeddingNames.Add(name);
    }

    /// <summary>Marks the name of an embedding model as added in code, which may happen once.</summary>
    /// <param name="name">The model's name.</param>
    /// <exception cref="ArgumentException">It was added in code before.</exception>
    public void ClaimEmbeddingForCode(string name)
    {
        if (!_embeddingsFromCode.Add(name))
        {
            throw new ArgumentException(
                $"An embedding model '{name}' was added already. Give each model a name of its own.",
                nameof(name)
            );
        }
    }
}
