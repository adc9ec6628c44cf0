using System.Globalization;
using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads Python literals and writes them as JSON. JSON's own <c>true</c>, <c>false</c> and <c>null</c> count too, since models
/// mix the two.</summary>
/// <param name="text">What the model wrote.</param>
/// <param name="json">Receives the JSON, as far as it goes.</param>
internal ref struct PythonicReader(ReadOnlySpan<char> text, StringBuilder json)
{
    private readonly ReadOnlySpan<char> _text = text;
    private readonly StringBuilder _json = json;
    private int _at;

    /// <summary>Gets what is wrong; <see langword="null"/> if nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Gets a value indicating whether the text ended where more had to come.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>Gets the position of the next character to read.</summary>
    public int Position
    {
        readonly get => _at;
        set => _at = value;
    }

    /// <summary>Gets a value indicating whether nothing but white space is left.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at >= _text.Length;
        }
    }

    /// <summary>Skips white space, then the character if it stands there.</summary>
    /// <returns>Whether it did.</returns>
    public bool TrySkip(char expected)
    {
        SkipSpace();
        if (_at >= _text.Length || _text[_at] != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Reads the name and the sign of a keyword argument, such as <c>city=</c>, if one stands there.</summary>
    public bool TryReadKeyword(out string name)
    {
        SkipSpace();
        var length = PythonicSyntax.NameLength(_text[_at..]);
        var behind = _at + length;
        while (behind < _text.Length && _text[behind] == ' ')
        {
            behind++;
        }

        if (length == 0 || behind >= _text.Length || _text[behind] != '=')
        {
            name = "";
            return false;
        }

        name = _text.Slice(_at, length).ToString();
        _at = behind + 1;
        return true;
    }

    /// <summary>Reads one value.</summary>
    /// <param name="depth">How deep it stands.</param>
    /// <returns>Whether it is one; <see cref="Problem"/> tells why not.</returns>
    public bool TryReadValue(int depth)
    {
        SkipSpace();
        if (_at >= _text.Length)
        {
            return CutOff();
        }

        return _text[_at] switch
        {
            '"' or '\'' => TryReadString(isRaw: false),
            '[' => TryReadList(']', depth + 1),
            '(' => TryReadList(')', depth + 1),
            '{' => TryReadDictionary(depth + 1),
            '-' or '+' or '.' or (>= '0' and <= '9') => TryReadNumber(),
            _ => TryReadWord(),
        };
    }

    /// <summary>Notes what is wrong.</summary>
    /// <returns><see langword="false"/>.</returns>
    public bool Fail(string problem)
    {
        Problem ??= problem;
        return false;
    }

    /// <summary>Notes that the text ended too early.</summary>
    /// <returns><see langword="false"/>.</returns>
    public bool CutOff()
    {
        IsCutOff = true;
        return Fail("the text ended within the call");
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private bool TryReadList(char close, int depth)
    {
        if (depth > JsonValues.MaxDepth)
        {
            return Fail($"the arguments nest deeper than {JsonValues.MaxDepth} levels");
        }

        _at++;
        _ = _json.Append('[');
        for (var count = 0; ; count++)
        {
            if (TrySkip(close))
            {
                _ = _json.Append(']');
                return true;
            }

            if (!TryReadSeparator(count) || !TryReadItem(close, count, depth))
            {
                return Problem is null && Close(']');
            }
        }
    }

    // A comma behind the last item is allowed: what follows it is then the end.
    private bool TryReadItem(char close, int count, int depth)
    {
        if (count > 0)
        {
            if (TrySkip(close))
            {
                return false;
            }

            _ = _json.Append(", ");
        }

        return TryReadValue(depth);
    }

    private readonly bool Close(char bracket)
    {
        _ = _json.Append(bracket);
        return true;
    }

    private bool TryReadSeparator(int count) => count == 0 || TrySkip(',') || Unexpected("',' or the end of the list");

    private bool TryReadDictionary(int depth)
    {
        if (depth > JsonValues.MaxDepth)
        {
            return Fail($"the arguments nest deeper than {JsonValues.MaxDepth} levels");
        }

        _at++;
        _ = _json.Append('{');
        for (var count = 0; ; count++)
        {
            if (TrySkip('}'))
            {
                _ = _json.Append('}');
                return true;
            }

            if (!TryReadSeparator(count) || !TryReadEntry(count, depth))
            {
                return Problem is null && Close('}');
            }
        }
    }

    private bool TryReadEntry(int count, int depth)
    {
        if (count > 0)
        {
            if (TrySkip('}'))
            {
                return false;
            }

            _ = _json.Append(", ");
        }

        if (!TryReadKey() || !(TrySkip(':') || Unexpected("':'")))
        {
            return false;
        }

        _ = _json.Append(": ");
        return TryReadValue(depth);
    }

    // JSON's keys are strings: a number becomes one, as json.dumps does it.
    private bool TryReadKey()
    {
        SkipSpace();
        if (_at >= _text.Length)
        {
            return CutOff();
        }

        if (_text[_at] is '"' or '\'')
        {
            return TryReadString(isRaw: false);
        }

        if (_text[_at] is not (>= '0' and <= '9'))
        {
            return Unexpected("a key in quotes");
        }

        _ = _json.Append('"');
        var isRead = TryReadNumber();
        _ = _json.Append('"');
        return isRead;
    }

    private bool TryReadWord()
    {
        var length = PythonicSyntax.NameLength(_text[_at..]);
        if (length == 0)
        {
            return Unexpected("a value");
        }

        var word = _text.Slice(_at, length);
        if (_at + length == _text.Length)
        {
            // It may be the first half of a longer word.
            return CutOff();
        }

        if (length <= 2 && _text[_at + length] is '"' or '\'')
        {
            _at += length;
            return TryReadString(word.ContainsAny('r', 'R'));
        }

        var literal = word switch
        {
            "True" or "true" => "true",
            "False" or "false" => "false",
            "None" or "null" => "null",
            _ => null,
        };
        if (literal is null)
        {
            return Fail($"'{word}' is no literal value");
        }

        _at += length;
        _ = _json.Append(literal);
        return true;
    }

    private bool TryReadString(bool isRaw)
    {
        var length = PythonicSyntax.StringLength(_text[_at..], out var quotes);
        if (length < 0)
        {
            return CutOff();
        }

        var content = _text.Slice(_at + quotes, length - (2 * quotes));
        _at += length;
        JsonValues.AppendString(_json, isRaw ? content.ToString() : PythonicSyntax.Unescape(content));
        return true;
    }

    private bool TryReadNumber()
    {
        var start = _at;
        while (_at < _text.Length && PythonicSyntax.IsInNumber(_text, start, _at))
        {
            _at++;
        }

        if (_at >= _text.Length)
        {
            return CutOff();
        }

        var number = _text[start.._at];
        if (PythonicSyntax.ToJsonNumber(number) is not { } converted)
        {
            return Fail($"'{number}' is no number that JSON can tell");
        }

        _ = _json.Append(CultureInfo.InvariantCulture, $"{converted}");
        return true;
    }

    private bool Unexpected(string expected)
    {
        SkipSpace();
        return _at >= _text.Length ? CutOff() : Fail($"'{_text[_at]}' stands where {expected} should");
    }
}
