using LocalSlm.Scheduling;

namespace LocalSlm.Testing.Fakes;

/// <summary>A reply that was written beforehand.</summary>
internal sealed class ScriptedReply(IReadOnlyList<GenerationUpdate> updates) : IGeneration
{
    private CancellationToken _cancellation;
    private int _next;

    public GenerationUsage Usage { get; set; } = new();

    public IReadOnlyList<int> OutputTokens { get; init; } = [];

    /// <summary>Gets or sets a value indicating whether the reply waits for ever after its updates.</summary>
    public bool Hangs { get; init; }

    /// <summary>Gets the error that ends the reply after its updates.</summary>
    public Exception? Fault { get; init; }

    /// <summary>Gets how many prompt tokens are reported as cached.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Gets how many tokens are reported as slid.</summary>
    public int SlidTokens { get; init; }

    /// <summary>Gets how often the reply was disposed.</summary>
    public int DisposeCount { get; private set; }

    /// <summary>Writes a reply that stops by itself.</summary>
    /// <param name="texts">Its pieces; the last one carries the finish.</param>
    /// <returns>The reply.</returns>
    public static ScriptedReply Of(params string[] texts) =>
        new([
            .. texts.Select(
                (text, index) =>
                    new GenerationUpdate(
                        text,
                        index == texts.Length - 1 ? GenerationFinish.Stop : GenerationFinish.None,
                        null,
                        TokenCount: 1
                    )
            ),
        ]);

    public void Start(GenerationRequest request, CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken;
        Usage = new GenerationUsage
        {
            PromptTokens = request.Prompt.Length,
            CachedTokens = CachedTokens,
            OutputTokens = updates.Count,
            SlidTokens = SlidTokens,
        };
    }

    public async ValueTask<bool> WaitToReadAsync()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_next < updates.Count)
        {
            return true;
        }

        if (Fault is not null)
        {
            throw Fault;
        }

        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, _cancellation).ConfigureAwait(false);
        }

        return false;
    }

    public bool TryRead(out GenerationUpdate update)
    {
        if (_next < updates.Count)
        {
            update = updates[_next++];
            return true;
        }

        update = default;
        return false;
    }

    public ValueTask DisposeAsync()
    {
        DisposeCount++;
        return ValueTask.CompletedTask;
    }
}
