namespace LocalSlm;

/// <summary>A model's queue of waiting requests is full.</summary>
public sealed class QueueFullException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="capacity">Requests that may wait.</param>
    public QueueFullException(string model, int capacity)
        : base($"Model '{model}': {capacity} request(s) wait already. Try again later, or raise MaxQueuedRequests.")
    {
        Model = model;
        Capacity = capacity;
    }

    /// <summary>Gets the name of the model.</summary>
    public string Model { get; }

    /// <summary>Gets how many requests may wait.</summary>
    public int Capacity { get; }
}
