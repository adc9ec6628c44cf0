using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>Takes white space off the ends.</summary>
/// <param name="left">Whether off the beginning.</param>
/// <param name="right">Whether off the end.</param>
internal sealed class Strip(bool left, bool right) : ITextNormalizer
{
    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        var (start, end) = (0, text.Length);
        while (left && start < end && Categories.IsWhiteSpace(text.Span[start]))
        {
            start++;
        }

        while (right && end > start && Categories.IsWhiteSpace(text.Span[end - 1]))
        {
            end--;
        }

        if (end - start < text.Length)
        {
            text.BeginChange();
            text.Take(start, end - start);
            text.EndChange();
        }
    }
}
