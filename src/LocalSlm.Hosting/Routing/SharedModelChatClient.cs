using System.Runtime.CompilerServices;
using LocalSlm.Chat;
using LocalSlm.Hosting.Lifetime;
using Microsoft.Extensions.AI;

namespace LocalSlm.Hosting.Routing;

/// <summary>The client of one registered model. The first request loads the model. Disposing it does nothing: the model belongs
/// to the host.</summary>
internal sealed class SharedModelChatClient(SharedModel<LocalModel, LocalChatClient> model) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("localslm", defaultModelId: model.Name);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var (history, loaded) = Check(messages, options);
        loaded ??= await model.GetClientAsync(cancellationToken).ConfigureAwait(false);
        return await loaded.GetResponseAsync(history, options, cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var (history, loaded) = Check(messages, options);
        return loaded is null
            ? LoadAndStreamAsync(history, options?.Clone(), cancellationToken)
            : loaded.GetStreamingResponseAsync(history, options, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : model.Client?.GetService(serviceType);
    }

    public void Dispose() { }

    /// <summary>Refuses at the call what can be refused without the model, so that nobody waits for a load in vain.</summary>
    private (IEnumerable<ChatMessage> History, LocalChatClient? Loaded) Check(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options
    )
    {
        if (model.Client is { } loaded)
        {
            return (messages, loaded);
        }

        ArgumentNullException.ThrowIfNull(messages);
        List<ChatMessage> history = [.. messages];
        new ChatRequestTranslator(
            model.Name,
            new RecommendedSampling(),
            vocabularySize: int.MaxValue,
            new Dictionary<string, object?>(),
            new ConstraintTranslator()
        ).Translate(this, history, options);
        return (history, null);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> LoadAndStreamAsync(
        IEnumerable<ChatMessage> history,
        ChatOptions? options,
        CancellationToken callToken,
        [EnumeratorCancellation] CancellationToken enumeratorToken = default
    )
    {
        callToken.ThrowIfCancellationRequested();
        var loading = model.GetClientAsync(enumeratorToken);
        var loaded = await loading.WaitAsync(callToken).ConfigureAwait(false);
        var updates = loaded
            .GetStreamingResponseAsync(history, options, callToken)
            .WithCancellation(enumeratorToken)
            .ConfigureAwait(false);
        await foreach (var update in updates)
        {
            yield return update;
        }
    }
}
