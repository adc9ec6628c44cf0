namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>Trims the offsets of byte-level tokens, and adds nothing.</summary>
/// <param name="trim">Trims white space from offsets; <see langword="null"/>: nothing does.</param>
internal sealed class ByteLevelProcessing(OffsetTrimming? trim) : PostProcessor
{
    /// <inheritdoc/>
    public override int CountAdded(bool isPair) => 0;

    /// <inheritdoc/>
    public override void Apply(List<EncodingPart> parts, bool addSpecialTokens) => trim?.Apply(parts);
}
