namespace LocalSlm.Loading;

/// <summary>Moves an embedding model to another device for its engine.</summary>
internal sealed class EmbedderFailover(
    ModelSeat<IRuntimeEmbedder> seat,
    RelayTokenizer tokenizer,
    string name,
    Action<OpenedModel<IRuntimeEmbedder>> onSeated
)
{
    /// <summary>Gets the device that computes, in the runtime's words.</summary>
    public string Device => seat.Current.Model.Device;

    /// <summary>Opens the model on the next device.</summary>
    /// <param name="reason">What the device said.</param>
    /// <param name="cancellationToken">Ends the loading, when the engine stops.</param>
    /// <exception cref="ModelLoadException">No device is left, or none serves.</exception>
    public async Task<IRuntimeEmbedder> MoveAsync(string reason, CancellationToken cancellationToken)
    {
        var opened = await seat.MoveAsync(name, Device, reason, Check, SwitchTo, cancellationToken)
            .ConfigureAwait(false);
        return opened.Model;
    }

    private Task SwitchTo(OpenedModel<IRuntimeEmbedder> opened)
    {
        onSeated(opened);
        return tokenizer.SwitchTo(opened.Model.Tokenizer);
    }

    private void Check(IRuntimeEmbedder next)
    {
        var now = seat.Current.Model;
        if (
            now.Tokenizer.VocabularySize != next.Tokenizer.VocabularySize
            || now.Facts.Embedding?.Dimensions != next.Facts.Embedding?.Dimensions
            || next.MaxTokens < now.MaxTokens
        )
        {
            throw new ModelLoadException(
                now.Facts.Path,
                "the file holds another vocabulary, another length of vectors, or takes shorter texts than when it was loaded."
            );
        }
    }
}
