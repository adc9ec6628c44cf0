using System.Globalization;
using System.Numerics;

namespace LocalSlm.Templating;

/// <content>Names, numbers, strings and operators.</content>
internal sealed partial class Lexer
{
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
}
