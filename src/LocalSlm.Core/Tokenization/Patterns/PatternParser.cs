using System.Globalization;

namespace LocalSlm.Tokenization.Patterns;

/// <summary>Reads patterns in the syntax of tokenizer.json: Oniguruma's Ruby syntax (Oniguruma 6.9, doc/RE), which the reference
/// implementation matches with.</summary>
/// <remarks>What is not regular (back references, recursion) or seen nowhere in vocabularies is refused by name.</remarks>
internal sealed partial class PatternParser
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
