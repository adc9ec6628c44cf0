namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Cuts one piece into parts, told in order which of them are delimiters. (Behaviour as of Hugging Face tokenizers
/// 0.23, <c>NormalizedString::split</c>.)</summary>
/// <param name="pieces">Receives the parts.</param>
/// <param name="behavior">What becomes of delimiters.</param>
/// <param name="origin">Where the piece begins in the text.</param>
internal struct PieceCutter(PieceList pieces, DelimiterBehavior behavior, int origin)
{
    private int _start = -1;
    private int _end;
    private bool _wasDelimiter;

    /// <summary>Takes the next part.</summary>
    /// <param name="start">Its first character within the piece.</param>
    /// <param name="end">The one behind its last.</param>
    /// <param name="isDelimiter">Whether it is a delimiter.</param>
    public void Next(int start, int end, bool isDelimiter)
    {
        switch (behavior)
        {
            case DelimiterBehavior.Removed:
                if (!isDelimiter)
                {
                    pieces.Add(origin + start, end - start);
                }

                return;
            case DelimiterBehavior.Isolated:
                pieces.Add(origin + start, end - start);
                return;
            case DelimiterBehavior.MergedWithPrevious:
                Hold(start, end, joins: isDelimiter && !_wasDelimiter);
                break;
            case DelimiterBehavior.MergedWithNext:
                Hold(start, end, joins: !isDelimiter && _wasDelimiter);
                break;
            default:
                Hold(start, end, joins: isDelimiter == _wasDelimiter);
                break;
        }

        _wasDelimiter = isDelimiter;
    }

    /// <summary>Ends the piece.</summary>
    public void End()
    {
        if (_start >= 0)
        {
            pieces.Add(origin + _start, _end - _start);
            _start = -1;
        }
    }

    private void Hold(int start, int end, bool joins)
    {
        if (!joins || _start < 0)
        {
            End();
            _start = start;
        }

        _end = end;
    }
}
