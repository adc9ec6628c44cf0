namespace LocalSlm.Tokenization;

/// <summary>A text under work. Where offsets are wanted, it knows for each of its characters which characters of the original
/// it stands for. Not safe for concurrent use; made to be used again.</summary>
/// <remarks>A change is a pass over the text: <see cref="BeginChange"/>, then what the new text consists of, in order, each
/// with the place in the old text whose alignment it takes, then <see cref="EndChange"/>. All positions count UTF-16
/// characters.</remarks>
internal sealed class AlignedText
{
    private char[] _text = [];
    private int _length;
    private int[] _starts = [];
    private int[] _ends = [];

    private char[] _newText = [];
    private int _newLength;
    private int[] _newStarts = [];
    private int[] _newEnds = [];

    /// <summary>What a part may grow to. The longest that Unicode knows is 18 characters for one (NFKC of U+FDFA), which are then at
    /// most three byte letters each; a file can ask for more than any machine holds.</summary>
    private const int MostGrowth = 64;
    private const int GrowthAnyway = 1 << 16;
    private int _most;

    /// <summary>How many of the first characters stand for something at the very start of the original.</summary>
    private int _leading;
    private int _newLeading;

    /// <summary>Gets the text.</summary>
    public ReadOnlySpan<char> Span => _text.AsSpan(0, _length);

    /// <summary>Gets how many characters the text has.</summary>
    public int Length => _length;

    /// <summary>Gets how many characters there is room for.</summary>
    public int Capacity => Math.Max(_text.Length, _newText.Length);

    /// <summary>Gets whether the alignment is kept.</summary>
    public bool IsAligned { get; private set; }

    /// <summary>Gets where in the original the text began.</summary>
    public int OriginalStart { get; private set; }

    /// <summary>Gets whether all characters are ASCII.</summary>
    public bool IsAscii => System.Text.Ascii.IsValid(Span);

    /// <summary>Begins with a part of an original. A lone surrogate becomes U+FFFD: tokenizers know only whole characters.</summary>
    /// <param name="part">The part.</param>
    /// <param name="originalStart">Where in the original the part begins.</param>
    /// <param name="aligned">Whether the alignment is to be kept.</param>
    public void Reset(ReadOnlySpan<char> part, int originalStart, bool aligned)
    {
        if (_text.Length < part.Length)
        {
            _text = new char[Math.Max(part.Length, 256)];
        }

        part.CopyTo(_text);
        _most = (int)Math.Min((long)part.Length * MostGrowth + GrowthAnyway, Array.MaxLength);
        _length = part.Length;
        OriginalStart = originalStart;
        IsAligned = aligned;
        Surrogates.ReplaceLone(_text.AsSpan(0, _length));
        _leading = originalStart == 0 && _length > 0 ? CharacterLength(0) : 0;
        if (aligned)
        {
            Align();
        }
    }

    /// <summary>Gets which characters of the original a part of the text stands for.</summary>
    /// <param name="start">Its first character.</param>
    /// <param name="length">How many; may be 0.</param>
    /// <returns>The part of the original.</returns>
    public Range GetOriginal(int start, int length)
    {
        if (!IsAligned)
        {
            throw new InvalidOperationException("No alignment is kept of this text.");
        }

        if (length == 0)
        {
            var at = start < _length ? _starts[start] : (_length == 0 ? OriginalStart : _ends[_length - 1]);
            return at..at;
        }

        return _starts[start].._ends[start + length - 1];
    }

    /// <summary>Tells whether a character stands for the very first of the whole original.</summary>
    /// <param name="index">The character.</param>
    /// <returns>Whether it does.</returns>
    public bool IsAtOriginalStart(int index) => index < _leading;

    /// <summary>Gets the text to change characters in place, each to one that stands for the same.</summary>
    /// <returns>The text.</returns>
    public Span<char> Overwrite() => _text.AsSpan(0, _length);

    /// <summary>Begins a change.</summary>
    public void BeginChange()
    {
        _newLength = 0;
        _newLeading = 0;
    }

    /// <summary>Takes characters over as they are.</summary>
    /// <param name="start">The first.</param>
    /// <param name="length">How many.</param>
    public void Take(int start, int length)
    {
        if (length <= 0)
        {
            return;
        }

        Grow(length);
        _text.AsSpan(start, length).CopyTo(_newText.AsSpan(_newLength));
        if (IsAligned)
        {
            _starts.AsSpan(start, length).CopyTo(_newStarts.AsSpan(_newLength));
            _ends.AsSpan(start, length).CopyTo(_newEnds.AsSpan(_newLength));
        }

        if (start < _leading)
        {
            _newLeading = _newLength + Math.Min(length, _leading - start);
        }

        _newLength += length;
    }

    /// <summary>Puts in a character.</summary>
    /// <param name="character">The character.</param>
    /// <param name="source">The character of the old text whose alignment it takes; negative: it stands for nothing, at the
    /// text's start.</param>
    public void Put(char character, int source)
    {
        Grow(1);
        _newText[_newLength] = character;
        if (IsAligned)
        {
            _newStarts[_newLength] = source < 0 ? OriginalStart : _starts[source];
            _newEnds[_newLength] = source < 0 ? OriginalStart : _ends[source];
        }

        _newLength++;
        if (source < 0 ? OriginalStart == 0 : source < _leading)
        {
            _newLeading = _newLength;
        }
    }

    /// <summary>Puts in a code point.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <param name="source">As for a character.</param>
    public void PutCodePoint(int codePoint, int source)
    {
        if (codePoint < 0x10000)
        {
            Put((char)codePoint, source);
            return;
        }

        Put((char)(0xD800 + ((codePoint - 0x10000) >> 10)), source);
        Put((char)(0xDC00 + (codePoint & 0x3FF)), source);
    }

    /// <summary>Puts in a string.</summary>
    /// <param name="text">The string.</param>
    /// <param name="source">As for a character, for all of it.</param>
    public void Put(ReadOnlySpan<char> text, int source)
    {
        foreach (var character in text)
        {
            Put(character, source);
        }
    }

    /// <summary>Gets how many characters the new text has so far.</summary>
    public int NewLength => _newLength;

    /// <summary>Makes the new text the text.</summary>
    public void EndChange()
    {
        (_text, _newText) = (_newText, _text);
        (_starts, _newStarts) = (_newStarts, _starts);
        (_ends, _newEnds) = (_newEnds, _ends);
        _length = _newLength;
        _leading = _newLeading;
    }

    /// <summary>Gets the code point that begins at a place.</summary>
    /// <param name="index">The place.</param>
    /// <param name="length">How many characters it takes: 1 or 2.</param>
    /// <returns>The code point.</returns>
    public int CodePointAt(int index, out int length) => Surrogates.CodePointAt(Span, index, out length);

    private int CharacterLength(int index) => char.IsHighSurrogate(_text[index]) && index + 1 < _length ? 2 : 1;

    private void Align()
    {
        if (_starts.Length < _length)
        {
            _starts = new int[_text.Length];
            _ends = new int[_text.Length];
        }

        for (var i = 0; i < _length; )
        {
            var n = CharacterLength(i);
            for (var j = 0; j < n; j++)
            {
                _starts[i + j] = OriginalStart + i;
                _ends[i + j] = OriginalStart + i + n;
            }

            i += n;
        }
    }

    private void Grow(int more)
    {
        var needed = (long)_newLength + more;
        if (_newText.Length < needed)
        {
            if (needed > _most)
            {
                throw new ArgumentException(
                    $"A text grows to more than {_most} characters when the tokenizer normalises it, which is the limit: shorten "
                        + "the text, or use a model whose tokenizer does not ask for that."
                );
            }

            Array.Resize(
                ref _newText,
                (int)Math.Min(Math.Max(needed, Math.Max(_length, 2L * _newText.Length)), Array.MaxLength)
            );
        }

        if (IsAligned && _newStarts.Length < needed)
        {
            Array.Resize(ref _newStarts, _newText.Length);
            Array.Resize(ref _newEnds, _newText.Length);
        }
    }
}
