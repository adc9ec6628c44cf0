namespace LocalSlm.Hosting.Lifetime;

/// <summary>Tells how the models of a host are. Safe for concurrent use; loads nothing.</summary>
internal interface IModelStates
{
    /// <summary>Gets the state of every model.</summary>
    IReadOnlyList<ModelState> GetStates();
}
