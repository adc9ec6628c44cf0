namespace LocalSlm.Tokenization;

/// <summary>Writes a change of a text as a row of code points, each with what it did to the characters before it: the way in
/// which Hugging Face tokenizers keep alignments (0.23, <c>NormalizedString::transform</c>), so offsets come out as theirs.</summary>
/// <param name="text">The text, its change begun.</param>
/// <param name="source">Where in the old text the row begins.</param>
internal struct ChangeWriter(AlignedText text, int source)
{
    private readonly AlignedText _text = text;
    private int _source = source;

    /// <summary>Puts in a code point.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <param name="change">1: it is new. 0: it stands for the next one of the old text. -n: and the n after that are gone.</param>
    public void Put(int codePoint, int change)
    {
        if (change > 0)
        {
            _text.PutCodePoint(codePoint, _source - 1);
            return;
        }

        _text.PutCodePoint(codePoint, Math.Min(_source, _text.Length - 1));
        for (; change <= 0 && _source < _text.Length; change++)
        {
            _text.CodePointAt(_source, out var length);
            _source += length;
        }
    }
}
