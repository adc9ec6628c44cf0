namespace LocalSlm.Models;

/// <summary>What a table of models has done for it outside its lock. Every method returns at once and calls back later.</summary>
internal interface IModelWork
{
    /// <summary>Begins to estimate what a load will take.</summary>
    void BeginEstimate(PendingLoad load);

    /// <summary>Begins a load.</summary>
    void BeginLoad(PendingLoad load);

    /// <summary>Makes the lease that somebody who waits gets.</summary>
    ModelLease Lease(Residency residency);

    /// <summary>Begins to dispose a model.</summary>
    void BeginDisposal(Residency residency, UnloadReason reason);
}
