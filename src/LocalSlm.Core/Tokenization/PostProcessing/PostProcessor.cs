namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>The base of post-processors, which work on the texts one by one until the last has joined them.</summary>
internal abstract class PostProcessor : IPostProcessor
{
    /// <inheritdoc/>
    public abstract int CountAdded(bool isPair);

    /// <inheritdoc/>
    public void Process(Encoding first, Encoding? second, bool addSpecialTokens)
    {
        // For an empty text it cannot be seen whether offsets are wanted: the other tells, and else they do no harm.
        var withOffsets =
            first.Offsets.Count == first.Ids.Count && (second is null || second.Offsets.Count == second.Ids.Count);
        Complete(first, 0);
        List<EncodingPart> parts = [EncodingPart.Of(first)];
        if (second is not null)
        {
            Complete(second, 1);
            parts.Add(EncodingPart.Of(second));
        }

        Apply(parts, addSpecialTokens);
        Encoding whole = new();
        foreach (var part in parts)
        {
            part.AppendTo(whole, withOffsets);
        }

        first.Replace(whole);
    }

    /// <summary>Does this processor's part.</summary>
    /// <param name="parts">The texts, or what an earlier processor made of them; changed in place.</param>
    /// <param name="addSpecialTokens">Whether special tokens are wanted.</param>
    public abstract void Apply(List<EncodingPart> parts, bool addSpecialTokens);

    private static void Complete(Encoding encoding, int typeId)
    {
        while (encoding.TypeIds.Count < encoding.Ids.Count)
        {
            encoding.TypeIds.Add(typeId);
        }

        while (encoding.SpecialMask.Count < encoding.Ids.Count)
        {
            encoding.SpecialMask.Add(false);
        }

        while (encoding.Texts.Count < encoding.Ids.Count)
        {
            encoding.Texts.Add(null);
        }
    }
}
