namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>BERT's and RoBERTa's way: <c>CLS text SEP</c>, and <c>text SEP</c> or <c>SEP text SEP</c> for a second text.</summary>
/// <param name="classToken">The token that begins the whole.</param>
/// <param name="separator">The token behind each text.</param>
/// <param name="isRoberta">Whether the second text has a separator before it too, and all type ids are 0.</param>
/// <param name="trim">Trims white space from offsets; <see langword="null"/>: nothing does.</param>
internal sealed class SurroundProcessing(int classToken, int separator, bool isRoberta, OffsetTrimming? trim)
    : PostProcessor
{
    private readonly int[] _class = [classToken];
    private readonly int[] _separator = [separator];

    /// <inheritdoc/>
    public override int CountAdded(bool isPair) =>
        (isPair, isRoberta) switch
        {
            (false, _) => 2,
            (true, false) => 3,
            _ => 4,
        };

    /// <inheritdoc/>
    public override void Apply(List<EncodingPart> parts, bool addSpecialTokens)
    {
        trim?.Apply(parts);
        EncodingPart[] texts = [.. parts];
        parts.Clear();
        for (var i = 0; i < texts.Length; i++)
        {
            var secondType = isRoberta ? 0 : 1;
            if (addSpecialTokens && (i == 0 || isRoberta))
            {
                parts.Add(EncodingPart.Special(i == 0 ? _class : _separator, 0));
            }

            parts.Add(isRoberta ? texts[i].WithType(0) : texts[i]);
            if (addSpecialTokens)
            {
                parts.Add(EncodingPart.Special(_separator, i == 0 ? 0 : secondType));
            }
        }
    }
}
