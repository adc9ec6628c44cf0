using System.Globalization;

namespace LocalSlm.Tokenization.Patterns;

/// <content>What a backslash begins.</content>
internal sealed partial class PatternParser
{
    private PatternNode ParseEscape()
    {
        _at++;
        if (AtEnd)
        {
            throw Bad("a '\\' at the end");
        }

        switch (_pattern[_at])
        {
            case 'A':
                _at++;
                return new PatternNode.Boundary(CodePointSet.None, true, null, true);
            case 'z':
                _at++;
                return new PatternNode.Boundary(null, true, CodePointSet.None, true);
            case 'Z':
                _at++;
                return new PatternNode.LookAhead(
                    new PatternNode.Sequence([
                        new PatternNode.Repetition(new PatternNode.Characters(CodePointSet.Of('\n')), 0, 1, false),
                        new PatternNode.Boundary(null, true, CodePointSet.None, true),
                    ]),
                    IsNegative: false
                );
            case 'b':
            case 'B':
            {
                var word = UnicodeSets.Word;
                var other = word.Negate();
                var isBoundary = _pattern[_at++] == 'b';
                return new PatternNode.Alternation([
                    new PatternNode.Boundary(word, false, isBoundary ? other : word, isBoundary),
                    new PatternNode.Boundary(other, true, isBoundary ? word : other, !isBoundary),
                ]);
            }

            case 'G'
            or 'K'
            or 'R'
            or 'X'
            or 'y'
            or 'Y'
            or 'N'
            or 'O'
            or 'k'
            or 'g'
            or (>= '1' and <= '9'):
                throw Unsupported($"'\\{_pattern[_at]}'");
            default:
                return Characters(ParseEscapedSet());
        }
    }

    /// <summary>Reads what follows a backslash, in a class or outside.</summary>
    private CodePointSet ParseEscapedSet()
    {
        var c = _pattern[_at];
        switch (c)
        {
            case 'd':
                return Skip(UnicodeSets.Digit);
            case 'D':
                return Skip(UnicodeSets.Digit.Negate());
            case 's':
                return Skip(UnicodeSets.Space);
            case 'S':
                return Skip(UnicodeSets.Space.Negate());
            case 'w':
                return Skip(UnicodeSets.Word);
            case 'W':
                return Skip(UnicodeSets.Word.Negate());
            case 'h':
                return Skip(UnicodeSets.Find("XDigit")!);
            case 'H':
                return Skip(UnicodeSets.Find("XDigit")!.Negate());
            case 'p':
            case 'P':
                return ParseProperty(c == 'P');
            case 't':
                return Skip(CodePointSet.Of('\t'));
            case 'n':
                return Skip(CodePointSet.Of('\n'));
            case 'r':
                return Skip(CodePointSet.Of('\r'));
            case 'f':
                return Skip(CodePointSet.Of('\f'));
            case 'v':
                return Skip(CodePointSet.Of('\v'));
            case 'a':
                return Skip(CodePointSet.Of('\a'));
            case 'e':
                return Skip(CodePointSet.Of(0x1B));
            case 'x':
                _at++;
                return CodePointSet.Of(Take("{") ? ReadHex(1, 8, '}') : ReadHex(1, 2, null));
            case 'u':
                _at++;
                return CodePointSet.Of(Take("{") ? ReadHex(1, 8, '}') : ReadHex(4, 4, null));
            case '0':
                return Skip(CodePointSet.Of(0));
            case (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'):
                throw Unsupported($"'\\{c}'");
            default:
                return CodePointSet.Of(ReadCodePoint());
        }
    }

    private CodePointSet Skip(CodePointSet set)
    {
        _at++;
        return set;
    }

    private int ReadHex(int least, int most, char? end)
    {
        var start = _at;
        while (!AtEnd && _at - start < most && char.IsAsciiHexDigit(_pattern[_at]))
        {
            _at++;
        }

        if (_at - start < least)
        {
            throw Bad("a character number without its digits");
        }

        var value = long.Parse(
            _pattern.AsSpan(start, _at - start),
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture
        );
        if (value > CodePointSet.Highest || (end is not null && !Take("}")))
        {
            throw Bad("a character number that is none");
        }

        return (int)value;
    }

    private CodePointSet ParseProperty(bool isNegative)
    {
        _at++;
        string name;
        if (Take("{"))
        {
            if (Take("^"))
            {
                isNegative = !isNegative;
            }

            var end = _pattern.IndexOf('}', _at);
            if (end < 0)
            {
                throw Bad("a property without '}'");
            }

            name = _pattern[_at..end];
            _at = end + 1;
        }
        else
        {
            name = AtEnd ? string.Empty : _pattern[_at++].ToString();
        }

        var set = UnicodeSets.Find(name) ?? throw Unsupported($"the property '\\p{{{name}}}'");
        return isNegative ? set.Negate() : set;
    }
}
