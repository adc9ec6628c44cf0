namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>Post-processors one after the other.</summary>
/// <param name="parts">The post-processors.</param>
internal sealed class PostProcessorSequence(IReadOnlyList<PostProcessor> parts) : PostProcessor
{
    /// <inheritdoc/>
    public override int CountAdded(bool isPair) => parts.Sum(part => part.CountAdded(isPair));

    /// <inheritdoc/>
    public override void Apply(List<EncodingPart> encodings, bool addSpecialTokens)
    {
        foreach (var part in parts)
        {
            part.Apply(encodings, addSpecialTokens);
        }
    }
}
