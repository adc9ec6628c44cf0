using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads the values of FunctionGemma and Gemma 4 and writes them as JSON: like JSON, but a token of its own stands around
/// strings, and keys are bare.</summary>
/// <param name="text">What the model wrote.</param>
/// <param name="quote">What stands around strings, such as <c>&lt;escape&gt;</c>.</param>
/// <param name="json">Receives the JSON, as far as it goes.</param>
internal ref struct QuotedReader(ReadOnlySpan<char> text, string quote, StringBuilder json)
{
    private readonly ReadOnlySpan<char> _text = text;
    private readonly string _quote = quote;
    private readonly StringBuilder _json = json;
    private int _at;

    /// <summary>Gets a value indicating whether the text ended where more had to come.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>Gets a value indicating whether nothing but white space is left.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at >= _text.Length;
        }
    }

    /// <summary>Reads an object, or an array, or a single value.</summary>
    /// <param name="depth">How deep it stands.</param>
    public bool TryReadValue(int depth)
    {
        SkipSpace();
        if (_at >= _text.Length)
        {
            return CutOff();
        }

        if (depth > JsonValues.MaxDepth)
        {
            return false;
        }

        return _text[_at] switch
        {
            '{' => TryReadItems('}', depth + 1),
            '[' => TryReadItems(']', depth + 1),
            _ => TryReadScalar(),
        };
    }

    private bool TryReadItems(char close, int depth)
    {
        _ = _json.Append(_text[_at++]);
        for (var count = 0; ; count++)
        {
            SkipSpace();
            if (_at >= _text.Length)
            {
                return CutOff();
            }

            if (_text[_at] == close)
            {
                _at++;
                _ = _json.Append(close);
                return true;
            }

            if (count > 0)
            {
                if (_text[_at++] != ',')
                {
                    return false;
                }

                _ = _json.Append(", ");
            }

            if ((close == '}' && !TryReadKey()) || !TryReadValue(depth))
            {
                return false;
            }
        }
    }

    private bool TryReadKey()
    {
        SkipSpace();
        if (_at >= _text.Length)
        {
            return CutOff();
        }

        if (_text[_at..].StartsWith(_quote, StringComparison.Ordinal) || _text[_at] == '"')
        {
            if (!TryReadScalar())
            {
                return false;
            }

            SkipSpace();
        }
        else
        {
            var length = _text[_at..].IndexOf(':');
            if (length < 0)
            {
                return CutOff();
            }

            JsonValues.AppendString(_json, _text.Slice(_at, length).Trim().ToString());
            _at += length;
        }

        if (_at >= _text.Length)
        {
            return CutOff();
        }

        if (_text[_at++] != ':')
        {
            return false;
        }

        _ = _json.Append(": ");
        return true;
    }

    private bool TryReadScalar()
    {
        var rest = _text[_at..];
        if (rest.StartsWith(_quote, StringComparison.Ordinal))
        {
            var length = rest[_quote.Length..].IndexOf(_quote, StringComparison.Ordinal);
            if (length < 0)
            {
                return CutOff();
            }

            JsonValues.AppendString(_json, rest.Slice(_quote.Length, length).ToString());
            _at += length + (2 * _quote.Length);
            return true;
        }

        // A value whose schema says much is written as JSON; so is what a model takes for JSON.
        var end = rest[0] == '"' ? JsonStringLength(rest) : rest.IndexOfAny(",}]");
        if (end < 0)
        {
            return CutOff();
        }

        var value = rest[..end].TrimEnd();
        _at += end;
        if (JsonValues.KindOf(value) != JsonKinds.None)
        {
            _ = _json.Append(value);
        }
        else if (value is "None" or "True" or "False")
        {
            _ = _json.Append(
                value is "None" ? "null"
                : value is "True" ? "true"
                : "false"
            );
        }
        else
        {
            JsonValues.AppendString(_json, value.ToString());
        }

        return true;
    }

    private static int JsonStringLength(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i + 1;
            }
        }

        return -1;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private bool CutOff()
    {
        IsCutOff = true;
        return false;
    }
}
