using System.Globalization;
using System.Numerics;

namespace LocalSlm.Templating;

/// <summary>Cuts a template into tokens, with <c>trim_blocks</c> and <c>lstrip_blocks</c> on, as chat templates are written for.</summary>
internal sealed class Lexer
{
    private static readonly string[] Operators =
    [
        "**",
        "//",
        "==",
        "!=",
        "<=",
        ">=",
        "+",
        "-",
        "/",
        "*",
        "%",
        "~",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ">",
        "<",
        "=",
        ".",
        ":",
        "|",
        ",",
        ";",
    ];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _open = new();
    private int _position;
    private int _line = 1;
    private bool _lineStarting = true;

    private Lexer(string source) => _source = source;

    public static List<Token> Tokenize(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal);
        source = source.Replace("\r", "\n", StringComparison.Ordinal);
        // Jinja drops one newline at the end (keep_trailing_newline is off).
        var lexer = new Lexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.Run();
        return lexer._tokens;
    }

    private ChatTemplateException Error(string problem) => new(problem, _line);

    private void Run()
    {
        while (_position < _source.Length)
        {
            int tag = FindTag();
            if (tag < 0)
            {
                Emit(TokenKind.Data, _source[_position..]);
                Advance(_source.Length);
                break;
            }

            char kind = _source[tag + 1];
            int inside = tag + 2;
            char sign = inside < _source.Length && _source[inside] is '-' or '+' ? _source[inside] : '\0';
            if (sign != '\0')
            {
                inside++;
            }

            EmitData(tag, sign, strips: kind != '{');
            Advance(inside);
            switch (kind)
            {
                case '#':
                    SkipComment();
                    break;
                case '%' when TryRaw():
                    break;
                case '%':
                    Emit(TokenKind.BlockBegin, "{%");
                    Tag('%', TokenKind.BlockEnd);
                    break;
                default:
                    Emit(TokenKind.VariableBegin, "{{");
                    Tag('}', TokenKind.VariableEnd);
                    break;
            }
        }

        Emit(TokenKind.End, "");
    }

    private int FindTag()
    {
        int at = _position;
        while ((at = _source.IndexOf('{', at)) >= 0)
        {
            if (at + 1 < _source.Length && _source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }

            at++;
        }

        return -1;
    }

    // A '-' eats the white space before a tag; else a block or comment alone on its line eats the indentation before it.
    private void EmitData(int end, char sign, bool strips)
    {
        var text = _source.AsSpan(_position, end - _position);
        if (sign == '-')
        {
            int length = text.Length;
            while (length > 0 && CodePoints.IsSpace(text[length - 1]))
            {
                length--;
            }

            text = text[..length];
        }
        else if (sign != '+' && strips)
        {
            int line = text.LastIndexOf('\n') + 1;
            if (line > 0 || _lineStarting)
            {
                bool blank = true;
                foreach (char c in text[line..])
                {
                    blank &= CodePoints.IsSpace(c);
                }

                text = blank ? text[..line] : text;
            }
        }

        if (text.Length > 0)
        {
            Emit(TokenKind.Data, text.ToString());
        }
    }

    private void SkipComment()
    {
        int end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Error("Missing end of comment tag");
        }

        char sign = end > _position ? _source[end - 1] : '\0';
        Finish(end + 2, sign, trims: true);
    }

    private bool TryRaw()
    {
        int at = SkipSpace(_position);
        if (!_source.AsSpan(at).StartsWith("raw"))
        {
            return false;
        }

        at = SkipSpace(at + 3);
        char sign = at < _source.Length && _source[at] == '-' ? '-' : '\0';
        if (!_source.AsSpan(sign == '-' ? at + 1 : at).StartsWith("%}"))
        {
            return false;
        }

        Finish(at + (sign == '-' ? 3 : 2), sign, trims: false);
        for (
            int search = _position;
            (search = _source.IndexOf("{%", search, StringComparison.Ordinal)) >= 0;
            search += 2
        )
        {
            int inside = search + 2;
            char begin = inside < _source.Length && _source[inside] is '-' or '+' ? _source[inside++] : '\0';
            int name = SkipSpace(inside);
            if (!_source.AsSpan(name).StartsWith("endraw"))
            {
                continue;
            }

            int close = SkipSpace(name + 6);
            char end = close < _source.Length && _source[close] is '-' or '+' ? _source[close++] : '\0';
            if (_source.AsSpan(close).StartsWith("%}"))
            {
                EmitData(search, begin, strips: true);
                Finish(close + 2, end, trims: true);
                return true;
            }
        }

        throw Error("Missing end of raw directive");
    }

    // Goes past the end of a tag and what it trims.
    private void Finish(int end, char sign, bool trims)
    {
        if (sign == '-')
        {
            end = SkipSpace(end);
        }
        else if (trims && sign != '+' && end < _source.Length && _source[end] == '\n')
        {
            end++;
        }

        Advance(end);
        _lineStarting = _source[end - 1] == '\n';
    }

    private void Tag(char closing, TokenKind endKind)
    {
        _open.Clear();
        while (true)
        {
            Advance(SkipSpace(_position));
            if (_position >= _source.Length)
            {
                return;
            }

            if (_open.Count == 0 && TryEnd(closing, endKind))
            {
                return;
            }

            char c = _source[_position];
            if (char.IsAsciiDigit(c))
            {
                Number();
            }
            else if (
                char.IsLetter(c)
                || c == '_'
                || char.IsSurrogate(c)
                || char.GetUnicodeCategory(c) == UnicodeCategory.LetterNumber
            )
            {
                Name();
            }
            else if (c is '"' or '\'')
            {
                Quoted(c);
            }
            else
            {
                Operator(c);
            }
        }
    }

    private bool TryEnd(char closing, TokenKind endKind)
    {
        var rest = _source.AsSpan(_position);
        char sign = rest[0] is '-' || (rest[0] == '+' && closing == '%') ? rest[0] : '\0';
        int at = sign == '\0' ? 0 : 1;
        if (at + 1 >= rest.Length || rest[at] != closing || rest[at + 1] != '}')
        {
            return false;
        }

        Emit(endKind, rest[..(at + 2)].ToString());
        Finish(_position + at + 2, sign, trims: closing == '%');
        return true;
    }

    private void Name()
    {
        int end = _position + 1;
        while (
            end < _source.Length
            && (
                char.IsLetterOrDigit(_source[end])
                || _source[end] == '_'
                || char.IsSurrogate(_source[end])
                || char.GetUnicodeCategory(_source[end])
                    is UnicodeCategory.NonSpacingMark
                        or UnicodeCategory.SpacingCombiningMark
                        or UnicodeCategory.LetterNumber
            )
        )
        {
            end++;
        }

        Emit(TokenKind.Name, _source[_position..end]);
        Advance(end);
    }

    private void Number()
    {
        int start = _position;
        int at = start;
        if (
            _source[at] == '0'
            && at + 1 < _source.Length
            && char.ToLowerInvariant(_source[at + 1]) is 'x' or 'o' or 'b'
        )
        {
            int radix = char.ToLowerInvariant(_source[at + 1]) switch
            {
                'x' => 16,
                'o' => 8,
                _ => 2,
            };
            var value = BigInteger.Zero;
            int digits = at + 2;
            while (
                digits < _source.Length
                && (_source[digits] == '_' || DigitValue(_source[digits]) < radix)
                && digits - at < 1000
            )
            {
                value = _source[digits] == '_' ? value : (value * radix) + DigitValue(_source[digits]);
                digits++;
            }

            if (digits > at + 2)
            {
                EmitNumber(TokenKind.Integer, digits, Narrow(value));
                return;
            }
        }

        at = Digits(at);
        bool isFloat = false;
        if (
            at + 1 < _source.Length
            && _source[at] == '.'
            && char.IsAsciiDigit(_source[at + 1])
            && (start == 0 || _source[start - 1] != '.')
        )
        {
            isFloat = true;
            at = Digits(at + 1);
        }

        if (at < _source.Length && _source[at] is 'e' or 'E')
        {
            int exponent = at + 1;
            if (exponent < _source.Length && _source[exponent] is '+' or '-')
            {
                exponent++;
            }

            if (exponent < _source.Length && char.IsAsciiDigit(_source[exponent]))
            {
                isFloat = true;
                at = Digits(exponent);
            }
        }

        string text = _source[start..at].Replace("_", "", StringComparison.Ordinal);
        if (text.Length > 1000)
        {
            throw Error("a number has more than 1000 digits");
        }

        if (isFloat)
        {
            EmitNumber(TokenKind.Float, at, double.Parse(text, CultureInfo.InvariantCulture));
        }
        else
        {
            EmitNumber(TokenKind.Integer, at, Narrow(BigInteger.Parse(text, CultureInfo.InvariantCulture)));
        }
    }

    private int Digits(int at)
    {
        while (
            at < _source.Length
            && (
                char.IsAsciiDigit(_source[at])
                || (_source[at] == '_' && at + 1 < _source.Length && char.IsAsciiDigit(_source[at + 1]))
            )
        )
        {
            at++;
        }

        return at;
    }

    private static int DigitValue(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;

    private static object Narrow(BigInteger value) => value <= long.MaxValue ? Boxes.Of((long)value) : value;

    private void EmitNumber(TokenKind kind, int end, object value)
    {
        _tokens.Add(new Token(kind, _source[_position..end], _line, value));
        Advance(end);
    }

    private void Quoted(char quote)
    {
        int end = _position + 1;
        while (end < _source.Length && _source[end] != quote)
        {
            end += _source[end] == '\\' ? 2 : 1;
        }

        if (end >= _source.Length)
        {
            throw Error($"unexpected char '{quote}' at {_position}");
        }

        Emit(
            TokenKind.Text,
            StringLiteral.Decode(_source.AsSpan(_position + 1, end - _position - 1))
                ?? throw Error("malformed escape in a string")
        );
        Advance(end + 1);
    }

    private void Operator(char c)
    {
        foreach (string op in Operators)
        {
            if (!_source.AsSpan(_position).StartsWith(op))
            {
                continue;
            }

            switch (c)
            {
                case '(' or '[' or '{':
                    _open.Push(
                        c == '(' ? ')'
                        : c == '[' ? ']'
                        : '}'
                    );
                    break;
                case ')' or ']' or '}':
                    if (!_open.TryPop(out char expected))
                    {
                        throw Error($"unexpected '{c}'");
                    }

                    if (expected != c)
                    {
                        throw Error($"unexpected '{c}', expected '{expected}'");
                    }

                    break;
            }

            Emit(TokenKind.Operator, op);
            Advance(_position + op.Length);
            return;
        }

        throw Error($"unexpected char '{c}' at {_position}");
    }

    private int SkipSpace(int at)
    {
        while (at < _source.Length && CodePoints.IsSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private void Emit(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, _line));

    private void Advance(int to)
    {
        _line += _source.AsSpan(_position, to - _position).Count('\n');
        _position = to;
    }
}
