using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>BERT's clean-up.</summary>
/// <param name="cleanText">Whether controls are removed and white space becomes spaces.</param>
/// <param name="handleChineseCharacters">Whether ideographs get spaces around them.</param>
/// <param name="stripAccents">Whether accents are removed.</param>
/// <param name="lowercase">Whether letters are put in lower case.</param>
internal sealed class BertNormalizer(bool cleanText, bool handleChineseCharacters, bool stripAccents, bool lowercase)
    : ITextNormalizer
{
    private static readonly UnicodeNormalizer Decomposition = new(NormalizationForm.Nfd);

    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        var isAscii = text.IsAscii;
        if (cleanText)
        {
            TextFilter.Remove(text, static c => IsUnwanted(c));
            foreach (ref var c in text.Overwrite())
            {
                c = c > ' ' && (c < 128 || !char.IsWhiteSpace(c)) ? c : ' ';
            }
        }

        if (handleChineseCharacters && !isAscii)
        {
            SpaceIdeographs(text);
        }

        if (stripAccents && !isAscii)
        {
            Decomposition.Normalize(text);
            TextFilter.Remove(text, static c => Categories.IsNonSpacingMark(c));
        }

        if (lowercase)
        {
            Lowercase.Apply(text);
        }
    }

    private static bool IsUnwanted(int c) =>
        c < 127 ? c is < ' ' and not '\t' and not '\n' and not '\r' : c == 0xFFFD || Categories.IsControl(c);

    private static void SpaceIdeographs(AlignedText text)
    {
        if (text.Span.IndexOfAnyInRange('\u3400', '\uFAFF') < 0)
        {
            return;
        }

        text.BeginChange();
        for (var i = 0; i < text.Length; )
        {
            var isIdeograph = IsIdeograph(text.CodePointAt(i, out var length));
            if (isIdeograph)
            {
                text.Put(' ', i);
            }

            text.Take(i, length);
            if (isIdeograph)
            {
                text.Put(' ', i);
            }

            i += length;
        }

        text.EndChange();
    }

    /// <summary>BERT's blocks of ideographs (google-research/bert, tokenization.py). Its fourth block ends one block early and
    /// its fifth begins 0x100 late in Hugging Face's version, which published vocabularies are used with; so here.</summary>
    private static bool IsIdeograph(int c) =>
        c
            is (>= 0x4E00 and <= 0x9FFF)
                or (>= 0x3400 and <= 0x4DBF)
                or (>= 0x20000 and <= 0x2A6DF)
                or (>= 0x2A700 and <= 0x2B73F)
                or (>= 0x2B740 and <= 0x2B81F)
                or (>= 0x2B920 and <= 0x2CEAF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x2F800 and <= 0x2FA1F);
}
