using System.Runtime.CompilerServices;
using LocalSlm.Chat;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Models;
using Microsoft.Extensions.AI;

namespace LocalSlm.Hosting.Routing;

/// <summary>The client of one registered model. Each request holds a lease of it, and loads it if need be. Disposing it does nothing: the
/// model belongs to the host.</summary>
internal sealed class HostedChatClient(LocalModelHost host, string name) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("localslm", defaultModelId: name);
    private readonly ModelKey _key = new(ModelUse.Chat, name);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var (given, keepAlive) = TakeKeepAlive(options);
        if (host.Manager.Peek(_key) is null)
        {
            // Callers may change both while the model is loaded.
            messages = Check(messages, given);
            given = given?.Clone();
        }

        using var lease = await host.LeaseAsync(_key, keepAlive, cancellationToken).ConfigureAwait(false);
        return await ClientOf(lease).GetResponseAsync(messages, given, cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        var (given, keepAlive) = TakeKeepAlive(options);
        host.Find(name);
        List<ChatMessage> history = [.. messages];
        LocalChatClient? checkedBy = null;
        IAsyncEnumerable<ChatResponseUpdate>? updates = null;
        if (host.Manager.TryLook(_key, out var look))
        {
            using (look)
            {
                // Refused at the call what can be refused. The lease of the request itself begins with the enumeration: a stream that
                // nobody reads keeps no model.
                checkedBy = ClientOf(look);
                updates = checkedBy.GetStreamingResponseAsync(history, given, cancellationToken);
            }
        }
        else
        {
            Check(history, given);
        }

        return StreamAsync(history, given?.Clone(), keepAlive, checkedBy, updates, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : (host.Manager.Peek(_key) as ResidentChatModel)?.Client.GetService(serviceType);
    }

    public void Dispose() { }

    private static LocalChatClient ClientOf(ModelLease lease) => ((ResidentChatModel)lease.Model).Client;

    /// <summary>Takes what is for the host out of the options.</summary>
    private static (ChatOptions? Given, TimeSpan? KeepAlive) TakeKeepAlive(ChatOptions? options)
    {
        if (options?.KeepAlive is not { } keepAlive)
        {
            return (options, null);
        }

        var rest = options.Clone();
        rest.KeepAlive = null;
        return (rest, keepAlive);
    }

    /// <summary>Refuses what can be refused without the model, so that nobody waits for a load in vain.</summary>
    private List<ChatMessage> Check(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<ChatMessage> history = [.. messages];
        new ChatRequestTranslator(
            name,
            new RecommendedSampling(),
            vocabularySize: int.MaxValue,
            new Dictionary<string, object?>(),
            new ConstraintTranslator()
        ).Translate(this, history, options);
        return history;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        List<ChatMessage> history,
        ChatOptions? options,
        TimeSpan? keepAlive,
        LocalChatClient? checkedBy,
        IAsyncEnumerable<ChatResponseUpdate>? updates,
        CancellationToken callToken,
        [EnumeratorCancellation] CancellationToken enumeratorToken = default
    )
    {
        callToken.ThrowIfCancellationRequested();
        enumeratorToken.ThrowIfCancellationRequested();
        ModelLease lease;
        using (var cancellation = CallerCancellation.Join(callToken, enumeratorToken))
        {
            try
            {
                lease = await host.LeaseAsync(_key, keepAlive, cancellation.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (cancellation.IsLinked)
            {
                throw new OperationCanceledException(
                    error.Message,
                    error,
                    callToken.IsCancellationRequested ? callToken : enumeratorToken
                );
            }
        }

        using (lease)
        {
            var client = ClientOf(lease);
            if (client != checkedBy || updates is null)
            {
                // Loaded since, or again: prompts are prepared by the model that answers.
                updates = client.GetStreamingResponseAsync(history, options, callToken);
            }

            await foreach (var update in updates.WithCancellation(enumeratorToken).ConfigureAwait(false))
            {
                yield return update;
            }
        }
    }
}
