using System.Globalization;
using System.Text;

namespace LocalSlm.Tools;

/// <summary>Mends JSON of small models where it can mean one thing only: single quotes, raw control characters in strings, escapes
/// that JSON lacks, commas before a closing bracket, words of Python, keys without quotes, closing brackets missing at the
/// end.</summary>
internal sealed class JsonRepair
{
    private readonly string _text;
    private readonly StringBuilder _mended;
    private readonly Stack<char> _open = new();
    private int _comma = -1;
    private int _at;

    private JsonRepair(string text) => (_text, _mended) = (text, new StringBuilder(text.Length + 16));

    /// <summary>Mends a text; whether the outcome is JSON is for a JSON parser to say.</summary>
    /// <returns>The text; <see langword="null"/> if it cannot be mended.</returns>
    public static string? TryMend(string text)
    {
        var repair = new JsonRepair(text);
        return repair.Run() ? repair._mended.ToString() : null;
    }

    private bool Run()
    {
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (char.IsWhiteSpace(c))
            {
                _mended.Append(c is ' ' or '\t' or '\r' or '\n' ? c : ' ');
                _at++;
            }
            else if (!ReadToken(c))
            {
                return false;
            }
        }

        DropComma();
        while (_open.TryPop(out char closer))
        {
            _mended.Append(closer);
        }

        return true;
    }

    private bool ReadToken(char c)
    {
        if (c is '}' or ']')
        {
            DropComma();
            _at++;
            _mended.Append(c);
            return _open.TryPop(out char closer) && closer == c;
        }

        _comma = c == ',' ? _mended.Length : -1;
        switch (c)
        {
            case ',' or ':':
                break;
            case '{' or '[':
                _open.Push(c == '{' ? '}' : ']');
                break;
            case '"' or '\'':
                return ReadString(c);
            default:
                return ReadWord();
        }

        _mended.Append(c);
        _at++;
        return true;
    }

    private void DropComma()
    {
        if (_comma >= 0)
        {
            _mended.Remove(_comma, 1);
            _comma = -1;
        }
    }

    private bool ReadWord()
    {
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' or '+' or '-'))
        {
            _at++;
        }

        string word = _text[start.._at];
        int next = _at;
        while (next < _text.Length && char.IsWhiteSpace(_text[next]))
        {
            next++;
        }

        bool isKey = next < _text.Length && _text[next] == ':' && _open.TryPeek(out char closer) && closer == '}';
        _mended.Append(
            word switch
            {
                _ when isKey => $"\"{word}\"",
                "True" => "true",
                "False" => "false",
                "None" => "null",
                _ => word,
            }
        );
        return word.Length > 0;
    }

    private bool ReadString(char quote)
    {
        _mended.Append('"');
        for (_at++; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            if (c == quote)
            {
                _mended.Append('"');
                _at++;
                return true;
            }

            if (c == '\\')
            {
                ReadEscape();
            }
            else if (c == '"')
            {
                _mended.Append("\\\"");
            }
            else
            {
                Append(c);
            }
        }

        return false;
    }

    /// <summary>Reads an escape up to its last character; one that JSON lacks means the backslash itself (<c>\d</c> of a regular
    /// expression) or the bare quote.</summary>
    private void ReadEscape()
    {
        char next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        switch (next)
        {
            case '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't':
                _mended.Append('\\').Append(next);
                _at++;
                break;
            case 'u' when IsHex(_at + 2):
                _mended.Append(_text, _at, 6);
                _at += 5;
                break;
            case '\'':
                _mended.Append('\'');
                _at++;
                break;
            default:
                _mended.Append("\\\\");
                break;
        }
    }

    private bool IsHex(int start)
    {
        for (int i = start; i < start + 4; i++)
        {
            if (i >= _text.Length || !char.IsAsciiHexDigit(_text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private void Append(char c)
    {
        if (c < ' ')
        {
            _mended.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        else
        {
            _mended.Append(c);
        }
    }
}
