using Microsoft.Extensions.AI;

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
