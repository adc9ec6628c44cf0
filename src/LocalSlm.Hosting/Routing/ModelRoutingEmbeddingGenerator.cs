using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LocalSlm.Hosting.Routing;

/// <summary>The generator without a key: it passes a request on to the generator of the model that
/// <see cref="EmbeddingGenerationOptions.ModelId"/> names, middleware included, or to that of the default model. Disposing it does
/// nothing.</summary>
internal sealed class ModelRoutingEmbeddingGenerator(LocalModelHost host, IServiceProvider services)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Route(options).GenerateAsync(values, options, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : host.EmbeddingNames.Count == 0 ? null
            : Generator(host.DefaultEmbeddingName).GetService(serviceType, serviceKey);
    }

    public void Dispose() { }

    private IEmbeddingGenerator<string, Embedding<float>> Route(EmbeddingGenerationOptions? options) =>
        // The name is looked up first: a key that no model has may belong to a generator of the application's own.
        Generator(host.FindEmbedding(options?.ModelId ?? host.DefaultEmbeddingName));

    private IEmbeddingGenerator<string, Embedding<float>> Generator(string name) =>
        services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(name);
}
