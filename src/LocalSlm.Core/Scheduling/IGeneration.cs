namespace LocalSlm.Scheduling;

/// <summary>A reply in the making, for one reader. Disposing it before the end cancels it and frees its memory.</summary>
internal interface IGeneration : IAsyncDisposable
{
    /// <summary>Gets what the reply took; complete once an update with a finish was read.</summary>
    GenerationUsage Usage { get; }

    /// <summary>Gets the tokens that were generated; to be read once an update with a finish was read.</summary>
    IReadOnlyList<int> OutputTokens { get; }

    /// <summary>Waits for an update.</summary>
    /// <returns><see langword="false"/> after the last one. Throws <see cref="OperationCanceledException"/> with the token given
    /// at submission, or the typed error that ended the reply.</returns>
    ValueTask<bool> WaitToReadAsync();

    /// <summary>Takes an update if one is there.</summary>
    /// <param name="update">The update.</param>
    /// <returns>Whether there was one.</returns>
    bool TryRead(out GenerationUpdate update);
}
