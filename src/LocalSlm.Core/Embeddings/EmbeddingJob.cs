using System.Diagnostics;

namespace LocalSlm.Embeddings;

/// <summary>A request in the engine. Its items are computed longest first; the engine's thread alone advances it.</summary>
internal sealed class EmbeddingJob
{
    private readonly EmbeddingItem[] _items;
    private readonly int[] _order;
    private readonly float[][] _vectors;
    private readonly TaskCompletionSource<float[][]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _onEnded;
    private CancellationTokenRegistration _registration;
    private int _next;
    private int _finished;
    private int _ended;

    public EmbeddingJob(IReadOnlyList<EmbeddingItem> items, EmbeddingPooling pooling, long queuedAt, Action onEnded)
    {
        Debug.Assert(items.Count > 0, "A request without texts needs no engine.");
        _items = [.. items];
        _order = new int[_items.Length];
        var lengths = new int[_items.Length];
        for (var i = 0; i < _items.Length; i++)
        {
            _order[i] = i;
            lengths[i] = -_items[i].Tokens.Length;
        }

        Array.Sort(lengths, _order);
        _vectors = new float[_items.Length][];
        _onEnded = onEnded;
        Pooling = pooling;
        QueuedAt = queuedAt;
    }

    /// <summary>Gets how hidden states become vectors.</summary>
    public EmbeddingPooling Pooling { get; }

    /// <summary>Gets when it came: a timestamp.</summary>
    public long QueuedAt { get; }

    /// <summary>Gets or sets when its first item was computed: a timestamp, 0 before.</summary>
    public long StartedAt { get; set; }

    /// <summary>Gets its span, or <see langword="null"/> while nobody listens.</summary>
    public Activity? Span { get; init; }

    /// <summary>Gets the number of items.</summary>
    public int Count => _items.Length;

    /// <summary>Gets the result: the vectors in the order of the items.</summary>
    public Task<float[][]> Completion => _done.Task;

    /// <summary>Gets a value indicating whether it is over, in whatever way.</summary>
    public bool IsEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Gets a value indicating whether items wait to be computed.</summary>
    public bool HasWaiting => _next < _order.Length;

    /// <summary>Gets the tokens of the next item, the longest that waits.</summary>
    public int NextLength => _items[_order[_next]].Tokens.Length;

    /// <summary>Takes the next item.</summary>
    /// <returns>Its index.</returns>
    public int Take() => _order[_next++];

    /// <summary>Gets an item's tokens.</summary>
    public ReadOnlySpan<int> Tokens(int item) => _items[item].Tokens.Span;

    /// <summary>Keeps a computed vector; the last one completes the request.</summary>
    public void Finish(int item, ReadOnlySpan<float> vector)
    {
        _vectors[item] = vector.ToArray();
        if (++_finished == _items.Length && TryEnd())
        {
            _done.SetResult(_vectors);
        }
    }

    /// <summary>Ends the request with an error.</summary>
    public void Fail(Exception error)
    {
        if (TryEnd())
        {
            _done.SetException(error);
        }
    }

    /// <summary>Ends the request when a token is cancelled.</summary>
    public void BindTo(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        _registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var job = (EmbeddingJob)state!;
                if (job.TryEnd())
                {
                    job._done.SetCanceled(token);
                }
            },
            this
        );
        if (IsEnded)
        {
            _registration.Unregister();
        }
    }

    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        _registration.Unregister();
        _onEnded();
        return true;
    }
}
