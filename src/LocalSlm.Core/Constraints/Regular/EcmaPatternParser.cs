using System.Buffers;
using System.Globalization;
using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>Reads regular expressions of ECMA-262 with the flag <c>u</c>. What is not regular (back references) or looks behind is
/// refused by name.</summary>
/// <remarks>Two things that only patterns without that flag may hold are understood as they are meant there, since schemas are full of
/// them: a backslash before ASCII punctuation (<c>\-</c>, <c>\@</c>), and lone <c>]</c>, <c>{</c>, <c>}</c>.</remarks>
internal sealed class EcmaPatternParser
{
    private const string Source = "regular expression";

    private static readonly SearchValues<char> NoNameCharacters = SearchValues.Create("()[]{}|*+?.^\\ ");

    private readonly EcmaScanner _text;
    private int _depth;

    private EcmaPatternParser(string pattern) => _text = new(pattern);

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="GrammarException">It is malformed, not supported, or too long.</exception>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > RegularLimits.MostPatternCharacters)
        {
            throw RegularLimits.TooLarge(Source, "characters", RegularLimits.MostPatternCharacters);
        }

        var parser = new EcmaPatternParser(pattern);
        var node = parser.ParseAlternation();
        return parser._text.AtEnd ? node : throw parser._text.Bad("a ')' without its '('");
    }

    private PatternNode ParseAlternation()
    {
        if (++_depth > RegularLimits.MostPatternNesting)
        {
            throw _text.Bad($"groups nested deeper than {RegularLimits.MostPatternNesting}; nest less deep");
        }

        var branches = new List<PatternNode> { ParseSequence() };
        while (_text.Take("|"))
        {
            branches.Add(ParseSequence());
        }

        _depth--;
        return branches.Count == 1 ? branches[0] : new PatternNode.Alternation(branches);
    }

    private PatternNode ParseSequence()
    {
        var items = new List<PatternNode>();
        while (!_text.AtEnd && _text.Current is not ('|' or ')'))
        {
            items.Add(ParseTerm());
        }

        return items.Count switch
        {
            0 => new PatternNode.Empty(),
            1 => items[0],
            _ => new PatternNode.Sequence(items),
        };
    }

    private PatternNode ParseTerm()
    {
        var start = _text.At;
        var item = ParseAtom();
        var end = _text.At;
        if (!TryParseQuantifier(out var least, out var most))
        {
            return item;
        }

        if (IsAssertion(start))
        {
            _text.At = end;
            throw _text.Bad("an assertion that is repeated; take the quantifier away");
        }

        var isLazy = _text.Take("?");
        return new PatternNode.Repetition(item, least, most, isLazy);
    }

    private bool IsAssertion(int start) =>
        _text.From(start) is ['^' or '$', ..] or ['\\', 'b' or 'B', ..] or ['(', '?', '=' or '!', ..];

    private PatternNode ParseAtom()
    {
        var c = _text.Current;
        switch (c)
        {
            case '(':
                return ParseGroup();
            case '[':
                _text.At++;
                return new PatternNode.Characters(_text.ParseClass());
            case '.':
                _text.At++;
                return new PatternNode.Characters(EcmaSets.Dot);
            case '^':
                _text.At++;
                return new PatternNode.Boundary(CodePointSet.None, true, null, true);
            case '$':
                _text.At++;
                return new PatternNode.Boundary(null, true, CodePointSet.None, true);
            case '*' or '+' or '?':
                throw _text.Bad(
                    $"a '{c}' with nothing before it that could be repeated; escape it if it is meant as it stands"
                );
            case '{' when _text.From(_text.At + 1) is [(>= '0' and <= '9') or ',', ..]:
                throw _text.Bad(
                    "a '{' with nothing before it that could be repeated; escape it if it is meant as it stands"
                );
            case '\\':
                return ParseEscape();
            default:
                return new PatternNode.Characters(CodePointSet.Of(_text.ReadCodePoint()));
        }
    }

    private PatternNode ParseGroup()
    {
        var start = _text.At++;
        if (!_text.Take("?"))
        {
            return CloseGroup(start);
        }

        if (_text.Take(":"))
        {
            return CloseGroup(start);
        }

        if (_text.Take("="))
        {
            return new PatternNode.LookAhead(CloseGroup(start), IsNegative: false);
        }

        if (_text.Take("!"))
        {
            return new PatternNode.LookAhead(CloseGroup(start), IsNegative: true);
        }

        if (_text.Take("<=") || _text.Take("<!"))
        {
            _text.At = start;
            throw _text.Bad("a look-behind '(?<=…)' or '(?<!…)', which is not supported; say it from the left");
        }

        if (_text.Take("<"))
        {
            var length = _text.From(_text.At).IndexOf('>');
            if (length <= 0 || _text.From(_text.At)[..length].ContainsAny(NoNameCharacters))
            {
                throw _text.Bad("a group name that is none");
            }

            _text.At += length + 1;
            return CloseGroup(start);
        }

        throw _text.Bad(
            _text.AtEnd
                ? "a '(?' at its end"
                : $"a group '(?{_text.Current}', which ECMA-262 does not have or which is not supported (inline flags)"
        );
    }

    private PatternNode CloseGroup(int start)
    {
        var item = ParseAlternation();
        if (!_text.Take(")"))
        {
            _text.At = start;
            throw _text.Bad("a '(' without its ')'");
        }

        return item;
    }

    private bool TryParseQuantifier(out int least, out int most)
    {
        (least, most) = (0, -1);
        if (_text.AtEnd)
        {
            return false;
        }

        switch (_text.Current)
        {
            case '*':
                break;
            case '+':
                least = 1;
                break;
            case '?':
                most = 1;
                break;
            case '{':
                return TryParseInterval(out least, out most);
            default:
                return false;
        }

        _text.At++;
        return true;
    }

    private bool TryParseInterval(out int least, out int most)
    {
        (least, most) = (0, -1);
        var length = _text.From(_text.At).IndexOf('}');
        var text = length < 0 ? default : _text.From(_text.At)[1..length];
        var comma = text.IndexOf(',');
        var first = comma < 0 ? text : text[..comma];
        var second = comma < 0 ? first : text[(comma + 1)..];
        if (text.IsEmpty || first.ContainsAnyExceptInRange('0', '9') || second.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        if (first.IsEmpty)
        {
            throw _text.Bad("a repetition '{,…}', which ECMA-262 does not have; write '{0,…}'");
        }

        least = Count(first);
        most = second.IsEmpty ? -1 : Count(second);
        if (most >= 0 && most < least)
        {
            throw _text.Bad("a repetition whose end is before its start");
        }

        _text.At += length + 1;
        return true;

        static int Count(ReadOnlySpan<char> digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : int.MaxValue;
    }

    private PatternNode ParseEscape()
    {
        _text.At++;
        if (_text.AtEnd)
        {
            throw _text.Bad("a '\\' at its end");
        }

        switch (_text.Current)
        {
            case 'b':
            case 'B':
            {
                var word = EcmaSets.Word;
                var other = word.Negate();
                var isBoundary = _text.Current == 'b';
                _text.At++;
                return new PatternNode.Alternation([
                    new PatternNode.Boundary(word, false, isBoundary ? other : word, isBoundary),
                    new PatternNode.Boundary(other, true, isBoundary ? word : other, !isBoundary),
                ]);
            }

            case 'k'
            or (>= '1' and <= '9'):
                throw _text.Bad(
                    $"the back reference '\\{_text.Current}', which no automaton can follow; write the text out"
                );
            default:
                return new PatternNode.Characters(_text.ParseEscapedSet());
        }
    }
}
