namespace LocalSlm;

/// <summary>The seam to a native runtime: it computes batches of tokens and keeps sequences. It is called from one owner
/// thread at a time and holds no policy.</summary>
public interface ITokenDecoder
{
    /// <summary>Gets what the loaded model can do. A runtime never pretends.</summary>
    DecoderCapabilities Capabilities { get; }

    /// <summary>Gets what the device said when it failed for good: nothing more can be computed on it, though another device may serve.
    /// <see langword="null"/> while it works, and where only a row failed.</summary>
    string? DeviceFailure => null;

    /// <summary>Computes every row of a batch and sets each row's status. After a status other than
    /// <see cref="DecodeStatus.Done"/> the row's sequence holds what it held before, and nothing of the row.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="cancellationToken">Ends a long computation early where the device can; its rows are then
    /// <see cref="DecodeStatus.Cancelled"/>.</param>
    void Decode(DecodeBatch batch, CancellationToken cancellationToken);

    /// <summary>Gets logits of the last <see cref="Decode"/>.</summary>
    /// <param name="output">Number of the output, counted over all rows in order; see <see cref="DecodeRow.FirstOutput"/>.</param>
    /// <returns>One number per token id. It lives until the next <see cref="Decode"/>, and may be changed by the caller.</returns>
    Span<float> GetLogits(int output);

    /// <summary>Tells how many leading tokens of a sequence could be kept if it were cut back, without changing anything.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="tokenCount">The tokens that would be kept at most.</param>
    /// <returns><paramref name="tokenCount"/>, or fewer (perhaps 0) where the memory cannot be cut there.</returns>
    int GetKeepable(int sequence, int tokenCount);

    /// <summary>Cuts a sequence back to its first tokens.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="tokenCount">Tokens to keep: a number that <see cref="GetKeepable"/> gave; 0 clears the sequence.</param>
    void CutBack(int sequence, int tokenCount);

    /// <summary>Gives an empty sequence the first tokens of another one.</summary>
    /// <param name="source">The sequence to take from.</param>
    /// <param name="target">An empty sequence.</param>
    /// <param name="tokenCount">How many leading tokens.</param>
    /// <returns><see langword="false"/> if this cannot be done; the target is then still empty.</returns>
    bool TryCopyPrefix(int source, int target, int tokenCount);

    /// <summary>Saves a sequence, to be restored in this or an equal decoder.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <returns>Its state; opaque.</returns>
    byte[] Save(int sequence);

    /// <summary>Restores a saved sequence into an empty one.</summary>
    /// <param name="sequence">An empty sequence.</param>
    /// <param name="state">What <see cref="Save"/> gave.</param>
    /// <returns><see langword="false"/> if there is no room or the state is of another model; the sequence is then empty.</returns>
    bool TryRestore(int sequence, ReadOnlySpan<byte> state);
}
