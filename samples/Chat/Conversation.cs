using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LocalSlm.Samples.Chat;

/// <summary>What was said so far, and how the next reply shall be made.</summary>
internal sealed class Conversation(IChatClient client, string? systemPrompt, ChatOptions options)
{
    private readonly List<ChatMessage> _messages = [];
    private string? _systemPrompt = systemPrompt;

    public IChatClient Client => client;

    public ChatOptions Options => options;

    public int Turns => _messages.Count(message => message.Role == ChatRole.User);

    /// <summary>Gets or sets what the model is told first; setting it begins a new conversation.</summary>
    public string? SystemPrompt
    {
        get => _systemPrompt;
        set
        {
            _systemPrompt = value;
            Clear();
        }
    }

    public void Clear() => _messages.Clear();

    /// <summary>Asks, and streams the reply. What was said of a reply that is stopped half-way stays part of the
    /// conversation; a question that got no answer at all does not.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> AskAsync(
        string prompt,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var question = new ChatMessage(ChatRole.User, prompt);
        ChatMessage[] request = string.IsNullOrEmpty(_systemPrompt)
            ? [.. _messages, question]
            : [new ChatMessage(ChatRole.System, _systemPrompt), .. _messages, question];
        var updates = new List<ChatResponseUpdate>();
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync(request, options, cancellationToken))
            {
                updates.Add(update);
                yield return update;
            }
        }
        finally
        {
            var reply = updates.ToChatResponse();
            if (reply.Text.Length > 0)
            {
                _messages.Add(question);
                _messages.AddRange(reply.Messages);
            }
        }
    }
}
