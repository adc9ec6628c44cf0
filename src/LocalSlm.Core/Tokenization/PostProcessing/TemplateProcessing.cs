namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>Texts and special tokens in an order that the file gives.</summary>
/// <param name="single">The order for one text.</param>
/// <param name="pair">The order for two.</param>
internal sealed class TemplateProcessing(IReadOnlyList<TemplatePart> single, IReadOnlyList<TemplatePart> pair)
    : PostProcessor
{
    /// <inheritdoc/>
    public override int CountAdded(bool isPair) => (isPair ? pair : single).Sum(static part => part.Tokens?.Count ?? 0);

    /// <inheritdoc/>
    public override void Apply(List<EncodingPart> parts, bool addSpecialTokens)
    {
        EncodingPart[] texts = [.. parts];
        parts.Clear();
        foreach (var part in texts.Length == 1 ? single : pair)
        {
            if (part.Tokens is null)
            {
                parts.Add(texts[part.Text].WithType(part.TypeId));
            }
            else if (addSpecialTokens)
            {
                parts.Add(EncodingPart.Special(part.Tokens, part.TypeId));
            }
        }
    }
}
