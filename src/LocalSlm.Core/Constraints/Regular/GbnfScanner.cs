using System.Buffers;
using System.Globalization;
using System.Text;

namespace LocalSlm.Constraints.Regular;

/// <summary>Reads the characters, names and numbers of a grammar in GBNF.</summary>
internal sealed class GbnfScanner(string text)
{
    private const int MostRepeats = 1_000_000;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly string _text = text;
    private int _at;

    /// <summary>Gets or sets the place that is read next.</summary>
    public int At
    {
        get => _at;
        set => _at = value;
    }

    /// <summary>Gets whether nothing is left.</summary>
    public bool AtEnd => _at >= _text.Length;

    /// <summary>Gets the next character.</summary>
    public char Current => _text[_at];

    /// <summary>Gets the next character, or words for the end.</summary>
    public string Here => AtEnd ? "the end" : _text[_at].ToString();

    /// <summary>Gets the grammar from a place on.</summary>
    public ReadOnlySpan<char> From(int start) => _text.AsSpan(start);

    /// <summary>Makes the error of a place.</summary>
    public static GrammarException Bad(int position, string problem) => new("grammar", problem + ".", position);

    /// <summary>Reads a number if one follows.</summary>
    public int? ReadCount()
    {
        var start = _at;
        while (!AtEnd && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        if (_at == start)
        {
            return null;
        }

        return
            int.TryParse(
                _text.AsSpan(start, _at - start),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var count
            )
            && count <= MostRepeats
            ? count
            : throw Bad(start, $"a repetition counts beyond {MostRepeats}");
    }

    /// <summary>Reads a character of a literal or a class, which may be escaped.</summary>
    public int ReadCharacter()
    {
        var start = _at;
        if (Take("\\"))
        {
            return AtEnd ? throw Bad(start, "a '\\' stands at its end") : ReadEscape(start);
        }

        if (Rune.DecodeFromUtf16(_text.AsSpan(_at), out var rune, out var length) != OperationStatus.Done)
        {
            throw Bad(_at, "a surrogate stands without its partner");
        }

        _at += length;
        return rune.Value;
    }

    private int ReadEscape(int start)
    {
        var c = _text[_at++];
        switch (c)
        {
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'n':
                return '\n';
            case '\\' or '"' or '[' or ']' or '-':
                return c;
            case 'x' or 'u' or 'U':
                var length = c switch
                {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                if (_at + length > _text.Length || _text.AsSpan(_at, length).ContainsAnyExcept(HexDigits))
                {
                    throw Bad(start, $"'\\{c}' wants {length} hexadecimal digits");
                }

                var value = uint.Parse(_text.AsSpan(_at, length), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                _at += length;
                return Rune.IsValid(value) ? (int)value : throw Bad(start, $"{value:X} is no character");
            default:
                throw Bad(
                    start,
                    $"the escape '\\{c}' is none; there are \\\" \\\\ \\[ \\] \\- \\t \\r \\n \\x \\u \\U"
                );
        }
    }

    /// <summary>Reads a rule's name if one follows.</summary>
    public string? ReadName()
    {
        var start = _at;
        while (!AtEnd && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '-' or '_'))
        {
            _at++;
        }

        return _at == start ? null : _text[start.._at];
    }

    /// <summary>Passes spaces and comments.</summary>
    /// <param name="lines">Whether it passes the ends of lines as well.</param>
    public void SkipSpace(bool lines)
    {
        while (!AtEnd)
        {
            var c = _text[_at];
            if (c == '#')
            {
                var end = _text.AsSpan(_at).IndexOfAny('\r', '\n');
                _at = end < 0 ? _text.Length : _at + end;
            }
            else if (c is ' ' or '\t' || (lines && c is '\r' or '\n'))
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Passes a text if it is what follows.</summary>
    public bool Take(string text)
    {
        if (string.CompareOrdinal(_text, _at, text, 0, text.Length) != 0)
        {
            return false;
        }

        _at += text.Length;
        return true;
    }
}
