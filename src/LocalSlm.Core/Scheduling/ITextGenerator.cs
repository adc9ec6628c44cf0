namespace LocalSlm.Scheduling;

/// <summary>The engine as the chat client sees it. Safe for concurrent use.</summary>
internal interface ITextGenerator
{
    /// <summary>Gets the live figures.</summary>
    EngineStatistics Statistics { get; }

    /// <summary>Puts a request in the queue.</summary>
    /// <param name="request">The request; its prompt was checked against the context already.</param>
    /// <param name="cancellationToken">Ends the reply at any time, while it waits and during prefill too.</param>
    /// <returns>The reply, to be read by one reader and disposed by it.</returns>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ModelUnloadedException">The model is gone.</exception>
    IGeneration Submit(GenerationRequest request, CancellationToken cancellationToken);
}
