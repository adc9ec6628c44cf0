using System.Globalization;

namespace LocalSlm.Tokenization.Patterns;

/// <summary>Reads patterns in the syntax of tokenizer.json: Oniguruma's Ruby syntax (Oniguruma 6.9, doc/RE), which the reference
/// implementation matches with.</summary>
/// <remarks>What is not regular (back references, recursion) or seen nowhere in vocabularies is refused by name.</remarks>
internal sealed class PatternParser
{
    private const int MostCharacters = 65_536;
    private const int MostNesting = 100;
    private const int MostRepeats = 1_000; // The published patterns count to 512.

    private readonly string _pattern;
    private int _at;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotMatchesNewline;

    private PatternParser(string pattern) => _pattern = pattern;

    private bool AtEnd => _at >= _pattern.Length;

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="FormatException">It is malformed, or beyond the limits.</exception>
    /// <exception cref="NotSupportedException">It uses a construct that cannot be matched in linear time.</exception>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > MostCharacters)
        {
            throw new FormatException(
                $"A pattern of {pattern.Length} characters is too long; the limit is {MostCharacters}."
            );
        }

        var parser = new PatternParser(pattern);
        var node = parser.ParseAlternation();
        return parser.AtEnd ? node : throw parser.Bad("an unmatched ')'");
    }

    private PatternNode ParseAlternation()
    {
        if (++_depth > MostNesting)
        {
            throw Bad($"groups nested deeper than {MostNesting}");
        }

        var ignoreCase = _ignoreCase;
        var dotMatchesNewline = _dotMatchesNewline;
        var branches = new List<PatternNode> { ParseSequence() };
        while (!AtEnd && _pattern[_at] == '|')
        {
            _at++;
            branches.Add(ParseSequence());
        }

        (_ignoreCase, _dotMatchesNewline) = (ignoreCase, dotMatchesNewline);
        _depth--;
        return branches.Count == 1 ? branches[0] : new PatternNode.Alternation(branches);
    }

    private PatternNode ParseSequence()
    {
        var items = new List<PatternNode>();
        while (!AtEnd && _pattern[_at] is not ('|' or ')'))
        {
            if (ParseAtom() is { } atom)
            {
                items.Add(ParseQuantifiers(atom));
            }
        }

        return items.Count switch
        {
            0 => new PatternNode.Empty(),
            1 => items[0],
            _ => new PatternNode.Sequence(items),
        };
    }

    private PatternNode? ParseAtom()
    {
        var c = _pattern[_at];
        switch (c)
        {
            case '(':
                return ParseGroup();
            case '[':
                _at++;
                return Characters(ParseClass());
            case '.':
                _at++;
                return new PatternNode.Characters(
                    _dotMatchesNewline ? CodePointSet.All : CodePointSet.Of('\n').Negate()
                );
            case '^':
                // Ruby: the start of every line, but not behind a line feed that ends the text.
                _at++;
                return new PatternNode.Alternation([
                    new PatternNode.Boundary(CodePointSet.None, true, null, true),
                    new PatternNode.Boundary(CodePointSet.Of('\n'), false, CodePointSet.All, false),
                ]);
            case '$':
                _at++;
                return new PatternNode.Boundary(null, true, CodePointSet.Of('\n'), true);
            case '*' or '+' or '?':
                throw Bad($"nothing that '{c}' could repeat");
            case '\\':
                return ParseEscape();
            default:
                return Characters(CodePointSet.Of(ReadCodePoint()));
        }
    }

    private PatternNode.Characters Characters(CodePointSet set) => new(_ignoreCase ? set.AddCases() : set);

    private PatternNode? ParseGroup()
    {
        _at++;
        if (!Take("?"))
        {
            return CloseGroup(ParseAlternation());
        }

        if (Take("#"))
        {
            var end = _pattern.IndexOf(')', _at);
            _at = end < 0 ? throw Bad("a comment without an end") : end + 1;
            return null;
        }

        if (Take(":"))
        {
            return CloseGroup(ParseAlternation());
        }

        if (Take("=") || Take("!"))
        {
            var isNegative = _pattern[_at - 1] == '!';
            return LookAhead(CloseGroup(ParseAlternation()), isNegative);
        }

        if (Take("<=") || Take("<!"))
        {
            var isNegative = _pattern[_at - 1] == '!';
            var set =
                SetOf(CloseGroup(ParseAlternation())) ?? throw Unsupported("a look-behind at more than one character");
            return new PatternNode.Boundary(isNegative ? set.Negate() : set, isNegative, null, true);
        }

        if (Take(">"))
        {
            // Without a choice inside, nothing could be given back anyway.
            var item = CloseGroup(ParseAlternation());
            return SetOf(item) is not null ? item : throw Unsupported("an atomic group '(?>…)'");
        }

        if (Take("<") || Take("P<") || Take("'"))
        {
            var end = _pattern.IndexOf(_pattern[_at - 1] == '\'' ? '\'' : '>', _at);
            _at = end < 0 ? throw Bad("a group name without an end") : end + 1;
            return CloseGroup(ParseAlternation());
        }

        return ParseFlags();
    }

    private PatternNode? ParseFlags()
    {
        var isOn = true;
        var (ignoreCase, dot) = (_ignoreCase, _dotMatchesNewline);
        for (; !AtEnd; _at++)
        {
            switch (_pattern[_at])
            {
                case '-':
                    isOn = false;
                    break;
                case 'i':
                    ignoreCase = isOn;
                    break;
                case 'm':
                case 's':
                    dot = isOn;
                    break;
                case 'u':
                    break;
                case ':':
                {
                    _at++;
                    var outer = (_ignoreCase, _dotMatchesNewline);
                    (_ignoreCase, _dotMatchesNewline) = (ignoreCase, dot);
                    var item = CloseGroup(ParseAlternation());
                    (_ignoreCase, _dotMatchesNewline) = outer;
                    return item;
                }

                case ')':
                    // They hold until the end of the group, across its branches.
                    _at++;
                    (_ignoreCase, _dotMatchesNewline) = (ignoreCase, dot);
                    return null;
                default:
                    throw Unsupported($"the group '(?{_pattern[_at]}'");
            }
        }

        throw Bad("a group without an end");
    }

    private PatternNode CloseGroup(PatternNode item) => Take(")") ? item : throw Bad("a group without an end");

    private static PatternNode LookAhead(PatternNode item, bool isNegative)
    {
        if (
            item is PatternNode.Boundary { Before: null, After: { } after, AllowsEnd: var end, AllowsStart: true }
            && isNegative
        )
        {
            return new PatternNode.Boundary(null, true, after.Negate(), !end);
        }

        return SetOf(item) is { } set
            ? new PatternNode.Boundary(null, true, isNegative ? set.Negate() : set, isNegative)
            : new PatternNode.LookAhead(item, isNegative);
    }

    /// <summary>Gets the set if a node matches exactly one code point.</summary>
    private static CodePointSet? SetOf(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Characters characters:
                return characters.Set;
            case PatternNode.Alternation alternation:
            {
                var union = CodePointSet.None;
                foreach (var item in alternation.Items)
                {
                    if (SetOf(item) is not { } set)
                    {
                        return null;
                    }

                    union = union.Union(set);
                }

                return union;
            }

            default:
                return null;
        }
    }

    private PatternNode ParseQuantifiers(PatternNode item)
    {
        while (!AtEnd)
        {
            int least;
            int most;
            var isInterval = false;
            switch (_pattern[_at])
            {
                case '*':
                    (least, most) = (0, -1);
                    _at++;
                    break;
                case '+':
                    (least, most) = (1, -1);
                    _at++;
                    break;
                case '?':
                    (least, most) = (0, 1);
                    _at++;
                    break;
                case '{' when TryParseInterval(out least, out most):
                    isInterval = true;
                    break;
                default:
                    return item;
            }

            // In Ruby's syntax '{n,m}+' is no possessive quantifier but a repetition of a repetition, and '{n}?' is optional.
            if (!isInterval && Take("+"))
            {
                item = Possessive(item, least, most);
            }
            else if ((!isInterval || least != most) && Take("?"))
            {
                item = new PatternNode.Repetition(item, least, most, IsLazy: true);
            }
            else
            {
                item = new PatternNode.Repetition(item, least, most, IsLazy: false);
            }
        }

        return item;
    }

    /// <summary>Writes a quantifier that gives nothing back with a look ahead: as many as there are, and then no more.</summary>
    private PatternNode Possessive(PatternNode item, int least, int most)
    {
        var set =
            SetOf(item) ?? throw Unsupported("a possessive quantifier ('*+', '++', '?+') over more than one character");
        var none = new PatternNode.Boundary(null, true, set.Negate(), true);
        return most == 1
            ? new PatternNode.Alternation([item, none])
            : new PatternNode.Sequence([new PatternNode.Repetition(item, least, most, IsLazy: false), none]);
    }

    private bool TryParseInterval(out int least, out int most)
    {
        least = 0;
        most = -1;
        var end = _pattern.IndexOf('}', _at);
        if (end < 0)
        {
            return false;
        }

        var text = _pattern.AsSpan(_at + 1, end - _at - 1);
        var comma = text.IndexOf(',');
        var first = comma < 0 ? text : text[..comma];
        var second = comma < 0 ? text : text[(comma + 1)..];
        if (
            first.IsEmpty && second.IsEmpty
            || first.ContainsAnyExceptInRange('0', '9')
            || second.ContainsAnyExceptInRange('0', '9')
        )
        {
            return false;
        }

        least = first.IsEmpty ? 0 : ReadCount(first);
        most = second.IsEmpty ? -1 : ReadCount(second);
        if (most >= 0 && most < least)
        {
            throw Bad($"the interval '{{{text}}}', whose end is before its start");
        }

        _at = end + 1;
        return true;
    }

    private int ReadCount(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostRepeats
            ? count
            : throw Bad($"a repetition of more than {MostRepeats} times");

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

    /// <summary>Reads a class behind its '['.</summary>
    private CodePointSet ParseClass()
    {
        if (++_depth > MostNesting)
        {
            throw Bad($"classes nested deeper than {MostNesting}");
        }

        var isNegative = Take("^");
        var ranges = new List<(int First, int Last)>();
        CodePointSet? intersection = null;
        var isFirst = true;
        while (true)
        {
            if (AtEnd)
            {
                throw Bad("a class without ']'");
            }

            var c = _pattern[_at];
            if (c == ']' && !isFirst)
            {
                _at++;
                break;
            }

            isFirst = false;
            if (c == '&' && Take("&&"))
            {
                intersection = Narrow(intersection, ranges);
                ranges = [];
                continue;
            }

            AddItem(c, ranges);
        }

        _depth--;
        var set = Narrow(intersection, ranges);

        // A class is folded before it is negated: '[^a]' in a part that ignores case takes no 'A'.
        if (_ignoreCase)
        {
            set = set.AddCases();
        }

        return isNegative ? set.Negate() : set;
    }

    private static CodePointSet Narrow(CodePointSet? intersection, List<(int First, int Last)> ranges)
    {
        var set = CodePointSet.Of(ranges);
        return intersection?.Intersect(set) ?? set;
    }

    private void AddItem(char c, List<(int First, int Last)> ranges)
    {
        if (c == '[')
        {
            _at++;
            ranges.AddRange(Take(":") ? ParsePosixClass() : ParseClass().Ranges);
            return;
        }

        var isEscape = c == '\\';
        CodePointSet first;
        if (isEscape)
        {
            _at++;
            first =
                AtEnd ? throw Bad("a '\\' at the end")
                : _pattern[_at] == 'b' ? Skip(CodePointSet.Of('\b'))
                : ParseEscapedSet();
        }
        else
        {
            first = CodePointSet.Of(ReadCodePoint());
        }

        var isSingle = first.Ranges is [var only] && only.First == only.Last;
        if (!isSingle || _at + 1 >= _pattern.Length || _pattern[_at] != '-' || _pattern[_at + 1] == ']')
        {
            ranges.AddRange(first.Ranges);
            return;
        }

        _at++;
        CodePointSet last;
        if (_pattern[_at] == '\\')
        {
            _at++;
            last = AtEnd ? throw Bad("a '\\' at the end") : ParseEscapedSet();
        }
        else if (_pattern[_at] == '[')
        {
            // A '-' before a nested class is itself.
            ranges.AddRange(first.Ranges);
            ranges.Add(('-', '-'));
            return;
        }
        else
        {
            last = CodePointSet.Of(ReadCodePoint());
        }

        if (last.Ranges is not [var end] || end.First != end.Last || end.First < first.Ranges[0].First)
        {
            throw Bad("a range whose end is before its start");
        }

        ranges.Add((first.Ranges[0].First, end.First));
    }

    private ReadOnlySpan<(int First, int Last)> ParsePosixClass()
    {
        var isNegative = Take("^");
        var end = _pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Bad("a class '[:' without ':]'");
        }

        var name = _pattern[_at..end];
        _at = end + 2;
        var set = UnicodeSets.Find(name) ?? throw Unsupported($"the class '[:{name}:]'");
        return (isNegative ? set.Negate() : set).Ranges;
    }

    private int ReadCodePoint()
    {
        var c = _pattern[_at++];
        if (char.IsHighSurrogate(c) && !AtEnd && char.IsLowSurrogate(_pattern[_at]))
        {
            return char.ConvertToUtf32(c, _pattern[_at++]);
        }

        return char.IsSurrogate(c) ? 0xFFFD : c;
    }

    private bool Take(string text)
    {
        if (string.CompareOrdinal(_pattern, _at, text, 0, text.Length) != 0)
        {
            return false;
        }

        _at += text.Length;
        return true;
    }

    private string Shown => _pattern.Length <= 80 ? _pattern : _pattern[..80] + "…";

    private FormatException Bad(string what) => new($"The pattern '{Shown}' has {what} (character {_at}).");

    private NotSupportedException Unsupported(string what) =>
        new($"The pattern '{Shown}' uses {what} (character {_at}), which is not supported.");
}
