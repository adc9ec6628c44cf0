using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>What a streamed reply took, as its reader saw it.</summary>
internal sealed class ChatFigures
{
    private readonly List<long> _times = new(4096);

    public long StartedAt { get; private init; }

    public long FirstAt => _times[0];

    public long LastAt => _times[^1];

    /// <summary>Gets the time of every update.</summary>
    public IReadOnlyList<long> Times => _times;

    public int PromptTokens { get; private set; }

    public int CachedTokens { get; private set; }

    public int OutputTokens { get; private set; }

    public string Text { get; private set; } = "";

    public TimeSpan TimeToFirst => Stopwatch.GetElapsedTime(StartedAt, FirstAt);

    public double PrefillRate => (PromptTokens - CachedTokens) / TimeToFirst.TotalSeconds;

    public double DecodeRate => (OutputTokens - 1) / Stopwatch.GetElapsedTime(FirstAt, LastAt).TotalSeconds;

    /// <summary>Chats and reads the reply as it comes.</summary>
    /// <param name="client">The client.</param>
    /// <param name="messages">The history.</param>
    /// <param name="options">The options.</param>
    /// <param name="onUpdate">Called for every update, with their number so far.</param>
    /// <param name="cancellationToken">Ends the reply; what came before it counts.</param>
    public static async Task<ChatFigures> MeasureAsync(
        IChatClient client,
        IList<ChatMessage> messages,
        ChatOptions options,
        Action<int>? onUpdate = null,
        CancellationToken cancellationToken = default
    )
    {
        var figures = new ChatFigures { StartedAt = Stopwatch.GetTimestamp() };
        var updates = new List<ChatResponseUpdate>(4096);
        try
        {
            await foreach (
                var update in client
                    .GetStreamingResponseAsync(messages, options, cancellationToken)
                    .ConfigureAwait(false)
            )
            {
                figures._times.Add(Stopwatch.GetTimestamp());
                updates.Add(update);
                onUpdate?.Invoke(updates.Count);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            figures.OutputTokens = updates.Count;
            return figures;
        }

        var response = updates.ToChatResponse();
        figures.Text = response.Text;
        figures.PromptTokens = (int)(response.Usage?.InputTokenCount ?? 0);
        figures.CachedTokens = (int)(response.Usage?.CachedInputTokenCount ?? 0);
        figures.OutputTokens = (int)(response.Usage?.OutputTokenCount ?? 0);
        return figures;
    }
}
