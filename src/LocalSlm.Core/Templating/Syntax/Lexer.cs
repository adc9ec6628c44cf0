using System.Globalization;

namespace LocalSlm.Templating;

/// <summary>Cuts a template into tokens, with <c>trim_blocks</c> and <c>lstrip_blocks</c> on, as chat templates are written for.</summary>
internal sealed partial class Lexer
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
