using LocalSlm.Models;

namespace LocalSlm.Hosting;

/// <summary>The right to use a loaded model of a host: it is not unloaded before this is disposed, unless somebody has it unloaded at
/// once or the host stops.</summary>
/// <remarks>Safe for concurrent use. Disposing it again does nothing.</remarks>
/// <typeparam name="T">The model: <see cref="LocalModel"/> or <see cref="LocalEmbeddingModel"/>.</typeparam>
public sealed class ModelLease<T> : IDisposable
    where T : class
{
    private readonly T _model;
    private readonly ModelLease _lease;
    private int _disposed;

    internal ModelLease(T model, ModelLease lease)
    {
        _model = model;
        _lease = lease;
    }

    /// <summary>Gets the model. It belongs to the host: do not dispose it.</summary>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    public T Model
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return _model;
        }
    }

    /// <summary>Gives the lease back. With the last one the model's keep-alive begins.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _lease.Dispose();
        }
    }
}
