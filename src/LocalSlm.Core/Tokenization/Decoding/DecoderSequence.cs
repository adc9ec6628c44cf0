namespace LocalSlm.Tokenization.Decoding;

/// <summary>Decoders one after the other.</summary>
/// <param name="parts">The decoders.</param>
internal sealed class DecoderSequence(IReadOnlyList<ITokenTextDecoder> parts) : ITokenTextDecoder
{
    /// <summary>Gets the decoders.</summary>
    public IReadOnlyList<ITokenTextDecoder> Parts { get; } = parts;

    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        foreach (var part in Parts)
        {
            part.Decode(tokens);
        }
    }
}
