using LocalSlm.Hosting.Lifetime;
using Microsoft.Extensions.AI;

namespace LocalSlm.Hosting.Routing;

/// <summary>The generator of one registered embedding model. The first request loads the model. Disposing it does nothing: the model
/// belongs to the host.</summary>
internal sealed class SharedModelEmbeddingGenerator(SharedModel<LocalEmbeddingModel, LocalEmbeddingGenerator> model)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new("localslm", defaultModelId: model.Name);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        if (model.Client is not { } loaded)
        {
            // Callers may change both while the model is loaded.
            values = [.. values];
            options = options?.Clone();
            loaded = await model.GetClientAsync(cancellationToken).ConfigureAwait(false);
        }

        return await loaded.GenerateAsync(values, options, cancellationToken).ConfigureAwait(false);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : model.Client?.GetService(serviceType)
                ?? (serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : null);
    }

    public void Dispose() { }
}
