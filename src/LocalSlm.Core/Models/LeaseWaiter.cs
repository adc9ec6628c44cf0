namespace LocalSlm.Models;

/// <summary>Somebody who waits for a load. Its task is ended under the manager's lock; continuations run elsewhere.</summary>
/// <param name="load">The load.</param>
/// <param name="wantsLease">Whether a lease is wanted, or just the load.</param>
/// <param name="keepAlive">What the request says about staying loaded.</param>
internal sealed class LeaseWaiter(PendingLoad load, bool wantsLease, TimeSpan? keepAlive)
    : TaskCompletionSource<ModelLease>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Gets or sets the load; another one if this one has to be begun again.</summary>
    public PendingLoad Load { get; set; } = load;

    public bool WantsLease => wantsLease;

    public TimeSpan? KeepAlive => keepAlive;
}
