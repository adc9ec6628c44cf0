using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LocalSlm.Hosting.Routing;

/// <summary>The client without a key: it passes a request on to the client of the model that <see cref="ChatOptions.ModelId"/>
/// names, middleware included, or to that of the default model. Disposing it does nothing.</summary>
internal sealed class ModelRoutingChatClient(LocalModelHost host, IServiceProvider services) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Route(options).GetResponseAsync(messages, options, cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Route(options).GetStreamingResponseAsync(messages, options, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : host.Names.Count == 0 ? null
            : Client(host.DefaultName).GetService(serviceType, serviceKey);
    }

    public void Dispose() { }

    private IChatClient Route(ChatOptions? options) =>
        // The name is looked up first: a key that no model has may belong to a client of the application's own.
        Client(host.Find(options?.ModelId ?? host.DefaultName));

    private IChatClient Client(string name) => services.GetRequiredKeyedService<IChatClient>(name);
}
