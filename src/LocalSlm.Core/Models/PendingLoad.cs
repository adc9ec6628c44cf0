using System.Diagnostics.CodeAnalysis;

namespace LocalSlm.Models;

/// <summary>A load that waits for room or is under way. Guarded by its manager's lock.</summary>
/// <remarks>It lives as long as somebody waits for it: a load that nobody wants any more would take memory, and the time of those who
/// wait for the next one.</remarks>
/// <param name="entry">What is loaded.</param>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "The source has neither timer nor wait handle, and a load may look at its token after its end."
)]
internal sealed class PendingLoad(ModelEntry entry)
{
    private readonly CancellationTokenSource _cancellation = new();
    private long? _reserved;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ModelEntry Entry => entry;

    /// <summary>Gets whoever waits, in order.</summary>
    public LinkedList<LeaseWaiter> Waiters { get; } = [];

    /// <summary>Gets what is loaded; <see langword="null"/> until the load begins.</summary>
    public ModelDefinition? Definition { get; private set; }

    /// <summary>Gets or sets a value indicating whether the manager itself wants it: to bring a model back whose options changed.</summary>
    public bool IsWantedByManager { get; set; }

    /// <summary>Gets or sets a value indicating whether the estimate is being made.</summary>
    public bool IsEstimating { get; set; }

    /// <summary>Gets or sets a value indicating whether it was told to end.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Gets or sets a value indicating whether what it brings is not wanted, whoever waits.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Gets or sets why the model goes again when those who wait now have used it; <see langword="null"/> if it
    /// stays.</summary>
    public UnloadReason? LeavesAfterwards { get; set; }

    /// <summary>Gets the bytes that it is believed to need. Once it has begun they stay, whatever changes about the model.</summary>
    public long Bytes => _reserved ?? entry.KnownBytes ?? 0;

    public CancellationToken Token => _cancellation.Token;

    /// <summary>Gets a task that ends when it is over, in whatever way.</summary>
    public Task Ended => _ended.Task;

    public bool IsWanted => Waiters.Count > 0 || IsWantedByManager;

    /// <summary>Fixes what is loaded and what it is believed to need.</summary>
    public void Begin()
    {
        _reserved = Bytes;
        Definition = entry.Definition;
    }

    /// <summary>Tells it to end. Callbacks run elsewhere: this is called under a lock.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        _ = _cancellation.CancelAsync();
    }

    public void End() => _ended.TrySetResult();
}
