namespace LocalSlm.Scheduling;

/// <summary>Opens a model again for an engine whose device has failed.</summary>
internal interface IFailover
{
    /// <summary>Gets the device that computes, in the runtime's words.</summary>
    string Device { get; }

    /// <summary>Opens the model on the next device. The engine calls its old decoder no more, and goes on with the new one; freeing
    /// both is the callee's. Returns soon: the work is done on other threads.</summary>
    /// <param name="reason">What the device said.</param>
    /// <param name="cancellationToken">Ends the loading, when the engine stops.</param>
    /// <returns>The new decoder, all of whose sequences are empty. Its vocabulary is the same.</returns>
    /// <exception cref="ModelLoadException">No device is left, or none serves.</exception>
    Task<ITokenDecoder> MoveAsync(string reason, CancellationToken cancellationToken);
}
