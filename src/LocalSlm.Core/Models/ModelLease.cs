namespace LocalSlm.Models;

/// <summary>The right to use a loaded model: it is not unloaded before this is disposed, which must happen once.</summary>
internal readonly struct ModelLease : IDisposable
{
    private readonly ModelManager? _manager;
    private readonly bool _counts;

    /// <param name="manager">Who gave it.</param>
    /// <param name="residency">The loaded model.</param>
    /// <param name="counts">Whether it counts as a use that keeps the model alive.</param>
    public ModelLease(ModelManager manager, Residency residency, bool counts)
    {
        _manager = manager;
        Residency = residency;
        _counts = counts;
    }

    /// <summary>Gets the loaded model; <see langword="null"/> in the default value.</summary>
    public Residency? Residency { get; }

    /// <summary>Gets the model.</summary>
    public IResidentModel Model => Residency!.Model;

    public void Dispose() => _manager?.Release(Residency!, _counts);
}
