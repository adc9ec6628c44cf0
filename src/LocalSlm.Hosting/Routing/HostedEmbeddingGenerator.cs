using LocalSlm.Hosting.Lifetime;
using LocalSlm.Models;
using Microsoft.Extensions.AI;

namespace LocalSlm.Hosting.Routing;

/// <summary>The generator of one registered embedding model. Each request holds a lease of it, and loads it if need be. Disposing it does
/// nothing: the model belongs to the host.</summary>
internal sealed class HostedEmbeddingGenerator(LocalModelHost host, string name)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new("localslm", defaultModelId: name);
    private readonly ModelKey _key = new(ModelUse.Embedding, name);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        var keepAlive = options?.KeepAlive;
        var isLoaded = host.Manager.Peek(_key) is not null;
        if (!isLoaded)
        {
            // Callers may change both while the model is loaded.
            values = [.. values];
        }

        if (keepAlive is not null || !isLoaded)
        {
            options = options?.Clone();
            options?.KeepAlive = null;
        }

        using var lease = await host.LeaseAsync(_key, keepAlive, cancellationToken).ConfigureAwait(false);
        return await ((ResidentEmbeddingModel)lease.Model)
            .Generator.GenerateAsync(values, options, cancellationToken)
            .ConfigureAwait(false);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : (host.Manager.Peek(_key) as ResidentEmbeddingModel)?.Generator.GetService(serviceType)
                ?? (serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : null);
    }

    public void Dispose() { }
}
