namespace LocalSlm.Tools;

/// <summary>Follows Python text character by character, so far as to know where strings and brackets end.</summary>
internal struct PythonicExtent
{
    private char _quote;
    private State _state;

    private enum State
    {
        Code,
        Opened,
        OpenedTwice,
        InString,
        Escaped,
        MayBeClosed,
        InTriple,
        EscapedInTriple,
        ClosingTriple,
        ClosingTripleTwice,
    }

    /// <summary>Gets how many brackets are open.</summary>
    public int Depth { get; private set; }

    /// <summary>Gets a value indicating whether a string is open, as far as is known.</summary>
    public readonly bool IsInString => _state != State.Code;

    /// <summary>Gets a value indicating whether the last string stands between triple quotes.</summary>
    public bool IsTriple { get; private set; }

    /// <summary>Gets how many characters came behind the quote that ended the last string, before that was known.</summary>
    public int BehindQuote { get; private set; }

    /// <summary>Gets a value indicating whether the last quote ends its string if nothing more comes.</summary>
    public readonly bool MayBeClosed => _state is State.MayBeClosed or State.OpenedTwice;

    /// <summary>Begins a string.</summary>
    public void Open(char quote) => (_quote, _state, IsTriple, BehindQuote) = (quote, State.Opened, false, 0);

    /// <summary>Takes in one character.</summary>
    public void Push(char value)
    {
        switch (_state)
        {
            case State.Code:
                PushCode(value);
                break;
            case State.Opened:
                _state = value == _quote ? State.OpenedTwice : Inside(value);
                break;
            case State.OpenedTwice when value == _quote:
                (_state, IsTriple) = (State.InTriple, true);
                break;
            case State.OpenedTwice or State.MayBeClosed:
                PushBehindQuote(value);
                break;
            case State.InString:
                PushInString(value);
                break;
            case State.Escaped:
                _state = State.InString;
                break;
            case State.EscapedInTriple:
                _state = State.InTriple;
                break;
            default:
                PushInTriple(value);
                break;
        }
    }

    private static State Inside(char value) => value == '\\' ? State.Escaped : State.InString;

    private void PushCode(char value)
    {
        switch (value)
        {
            case '"' or '\'':
                Open(value);
                break;
            case '(' or '[' or '{':
                Depth++;
                break;
            case ')' or ']' or '}':
                Depth--;
                break;
        }
    }

    private void PushInString(char value)
    {
        if (value == _quote)
        {
            (_state, BehindQuote) = (State.MayBeClosed, 0);
        }
        else
        {
            _state = Inside(value);
        }
    }

    private void PushBehindQuote(char value)
    {
        BehindQuote++;
        if (PythonicSyntax.EndsValue(value))
        {
            _state = State.Code;
            PushCode(value);
        }
        else if (char.IsWhiteSpace(value))
        {
            _state = State.MayBeClosed;
        }
        else
        {
            // The quote belongs to the string: it was not escaped.
            PushInString(value);
        }
    }

    private void PushInTriple(char value)
    {
        if (value != _quote)
        {
            _state = value == '\\' ? State.EscapedInTriple : State.InTriple;
            return;
        }

        _state = _state switch
        {
            State.InTriple => State.ClosingTriple,
            State.ClosingTriple => State.ClosingTripleTwice,
            _ => State.Code,
        };
    }
}
