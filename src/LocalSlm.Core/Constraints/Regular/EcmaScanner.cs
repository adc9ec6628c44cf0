using System.Buffers;
using System.Globalization;
using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>Reads the characters, escapes and classes of a regular expression.</summary>
internal sealed class EcmaScanner(string pattern)
{
    private const string Source = "regular expression";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly string _pattern = pattern;
    private int _at;

    /// <summary>Gets or sets the place that is read next.</summary>
    public int At
    {
        get => _at;
        set => _at = value;
    }

    /// <summary>Gets whether nothing is left.</summary>
    public bool AtEnd => _at >= _pattern.Length;

    /// <summary>Gets the next character.</summary>
    public char Current => _pattern[_at];

    /// <summary>Gets the pattern from a place on.</summary>
    public ReadOnlySpan<char> From(int start) => _pattern.AsSpan(start);

    /// <summary>Reads what follows a backslash, in a class or outside.</summary>
    public CodePointSet ParseEscapedSet()
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case 'd':
                return EcmaSets.Digit;
            case 'D':
                return EcmaSets.Digit.Negate();
            case 's':
                return EcmaSets.Space;
            case 'S':
                return EcmaSets.Space.Negate();
            case 'w':
                return EcmaSets.Word;
            case 'W':
                return EcmaSets.Word.Negate();
            case 'p':
            case 'P':
                return ParseProperty(c == 'P');
            case 't':
                return CodePointSet.Of('\t');
            case 'n':
                return CodePointSet.Of('\n');
            case 'r':
                return CodePointSet.Of('\r');
            case 'f':
                return CodePointSet.Of('\f');
            case 'v':
                return CodePointSet.Of('\v');
            case 'c' when !AtEnd && char.IsAsciiLetter(_pattern[_at]):
                return CodePointSet.Of(_pattern[_at++] % 32);
            case 'x':
                return CodePointSet.Of(ReadHex(2));
            case 'u':
                return CodePointSet.Of(ReadUnicodeEscape());
            case '0' when AtEnd || !char.IsAsciiDigit(_pattern[_at]):
                return CodePointSet.Of(0);
            case var other when char.IsAsciiLetterOrDigit(other) || !char.IsAscii(other) || char.IsControl(other):
                _at--;
                throw Bad($"the escape '\\{c}', which ECMA-262 does not have");
            default:
                return CodePointSet.Of(c);
        }
    }

    private int ReadUnicodeEscape()
    {
        if (Take("{"))
        {
            var end = _pattern.IndexOf('}', _at);
            var digits = end < 0 ? default : _pattern.AsSpan(_at, end - _at).TrimStart('0');
            if (
                end <= _at
                || digits.Length > 6
                || digits.ContainsAnyExcept(HexDigits)
                || Hex(digits) is not (>= 0 and <= CodePointSet.Highest and var value)
            )
            {
                throw Bad("a character number '\\u{…}' that is none");
            }

            _at = end + 1;
            return value;
        }

        var unit = ReadHex(4);
        var behind = _at;
        if (char.IsHighSurrogate((char)unit) && Take("\\u") && !AtEnd && _pattern[_at] != '{')
        {
            var low = ReadHex(4);
            if (char.IsLowSurrogate((char)low))
            {
                return char.ConvertToUtf32((char)unit, (char)low);
            }
        }

        _at = behind;
        return unit;
    }

    private int ReadHex(int length)
    {
        if (_at + length > _pattern.Length || _pattern.AsSpan(_at, length).ContainsAnyExcept(HexDigits))
        {
            throw Bad($"a character number without its {length} hexadecimal digits");
        }

        _at += length;
        return Hex(_pattern.AsSpan(_at - length, length));
    }

    private static int Hex(ReadOnlySpan<char> digits) =>
        digits.IsEmpty ? 0 : int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private CodePointSet ParseProperty(bool isNegative)
    {
        var end = Take("{") ? _pattern.IndexOf('}', _at) : -1;
        if (end < 0)
        {
            throw Bad("a '\\p' without its '{…}'");
        }

        var name = _pattern[_at..end];
        var set =
            EcmaSets.FindProperty(name)
            ?? throw Bad(
                $"the property '{name}', which is none or not supported: general categories, Script=… of the larger scripts, "
                    + "Any, ASCII, Assigned, White_Space and ASCII_Hex_Digit are"
            );
        _at = end + 1;
        return isNegative ? set.Negate() : set;
    }

    /// <summary>Reads a class behind its '['.</summary>
    public CodePointSet ParseClass()
    {
        var start = _at - 1;
        var isNegative = Take("^");
        var ranges = new List<(int First, int Last)>();
        while (!Take("]"))
        {
            if (AtEnd)
            {
                _at = start;
                throw Bad("a '[' without its ']'");
            }

            var first = ParseClassAtom();
            if (_at + 1 >= _pattern.Length || _pattern[_at] != '-' || _pattern[_at + 1] == ']')
            {
                ranges.AddRange(first.Ranges);
                continue;
            }

            _at++;
            var last = ParseClassAtom();
            if (Single(first) is not { } from || Single(last) is not { } to || to < from)
            {
                throw Bad("a range that has no ends, or whose end is before its start");
            }

            ranges.Add((from, to));
        }

        var set = CodePointSet.Of(ranges);
        return isNegative ? set.Negate() : set;

        static int? Single(CodePointSet set) => set.Ranges is [var only] && only.First == only.Last ? only.First : null;
    }

    private CodePointSet ParseClassAtom()
    {
        if (!Take("\\"))
        {
            return CodePointSet.Of(ReadCodePoint());
        }

        if (AtEnd)
        {
            throw Bad("a '\\' at its end");
        }

        return Take("b") ? CodePointSet.Of('\b') : ParseEscapedSet();
    }

    /// <summary>Reads a character as it stands.</summary>
    public int ReadCodePoint()
    {
        var c = _pattern[_at++];
        return char.IsHighSurrogate(c) && !AtEnd && char.IsLowSurrogate(_pattern[_at])
            ? char.ConvertToUtf32(c, _pattern[_at++])
            : c;
    }

    /// <summary>Passes a text if it is what follows.</summary>
    public bool Take(string text)
    {
        if (string.CompareOrdinal(_pattern, _at, text, 0, text.Length) != 0)
        {
            return false;
        }

        _at += text.Length;
        return true;
    }

    /// <summary>Makes the error that the pattern has something at this place.</summary>
    public GrammarException Bad(string what) =>
        new(
            Source,
            $"'{(_pattern.Length <= 80 ? _pattern : _pattern[..80] + "…")}' has {what}.",
            Math.Min(_at, _pattern.Length)
        );
}
