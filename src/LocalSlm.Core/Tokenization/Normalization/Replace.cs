namespace LocalSlm.Tokenization.Normalization;

/// <summary>Puts a string in the place of whatever a pattern matches.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="content">The string.</param>
internal sealed class Replace(ITextPattern pattern, string content) : ITextNormalizer
{
    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        using PatternMatches matches = new(pattern, text.Span);
        var last = 0;
        var changed = false;
        while (text.Length > 0 && matches.MoveNext())
        {
            if (!changed)
            {
                text.BeginChange();
                changed = true;
            }

            text.Take(last, matches.Start - last);
            text.Put(content, matches.End - 1);
            last = matches.End;
        }

        if (changed)
        {
            text.Take(last, text.Length - last);
            text.EndChange();
        }
    }
}
