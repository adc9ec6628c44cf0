using System.Globalization;
using System.Numerics;
using System.Text;

namespace LocalSlm.Tools;

/// <summary>The lexical rules of Python's literals, as far as calls need them (The Python Language Reference 3.13, chapter 2).</summary>
internal static class PythonicSyntax
{
    /// <summary>Gets how many characters at the start form a name. Dots and hyphens count, as tools' names may hold them.</summary>
    public static int NameLength(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !(char.IsLetter(text[0]) || text[0] == '_'))
        {
            return 0;
        }

        var length = 1;
        while (length < text.Length && IsNamePart(text[length]))
        {
            length++;
        }

        return length;
    }

    /// <summary>Tells whether a character may stand in a name behind its first.</summary>
    public static bool IsNamePart(char value) => char.IsLetterOrDigit(value) || value is '_' or '-' or '.';

    /// <summary>Tells whether a quote ends its string, from what follows. The published template of LFM2.5 writes strings between
    /// single quotes without escaping what stands in them (<c>'it's'</c>), so a quote counts as the end only before something that
    /// can follow a value.</summary>
    public static bool EndsValue(char following) => following is ',' or ')' or ']' or '}' or ':';

    /// <summary>Gets the length of the string that begins the text, its quotes included.</summary>
    /// <param name="text">The text; begins with a quote.</param>
    /// <param name="quotes">Receives how many quotes stand on either side: 1 or 3.</param>
    /// <returns>The length; -1 if the string does not end.</returns>
    public static int StringLength(ReadOnlySpan<char> text, out int quotes)
    {
        var extent = default(PythonicExtent);
        extent.Open(text[0]);
        for (var i = 1; i < text.Length; i++)
        {
            extent.Push(text[i]);
            if (!extent.IsInString)
            {
                quotes = extent.IsTriple ? 3 : 1;
                return i - extent.BehindQuote + 1;
            }
        }

        quotes = extent.IsTriple ? 3 : 1;
        return extent.MayBeClosed ? text.Length - extent.BehindQuote : -1;
    }

    /// <summary>Resolves the escapes of a string.</summary>
    public static string Unescape(ReadOnlySpan<char> content)
    {
        var next = content.IndexOf('\\');
        if (next < 0)
        {
            return content.ToString();
        }

        var result = new StringBuilder(content.Length);
        while (next >= 0 && next + 1 < content.Length)
        {
            _ = result.Append(content[..next]);
            content = content[(next + 1)..];
            content = content[AppendEscape(result, content)..];
            next = content.IndexOf('\\');
        }

        return result.Append(content).ToString();
    }

    /// <summary>Tells whether a character belongs to the number that begins at <paramref name="start"/>.</summary>
    public static bool IsInNumber(ReadOnlySpan<char> text, int start, int at) =>
        char.IsAsciiLetterOrDigit(text[at])
        || text[at] is '.' or '_'
        || (text[at] is '+' or '-' && (at == start || (text[at - 1] is 'e' or 'E' && !IsHexadecimal(text[start..at]))));

    /// <summary>Converts a Python number.</summary>
    /// <returns>It as JSON; <see langword="null"/> if it is none, or one that JSON has no form for.</returns>
    public static string? ToJsonNumber(ReadOnlySpan<char> number)
    {
        var isNegative = number.StartsWith("-");
        var digits = (number.IndexOfAny('+', '-') == 0 ? number[1..] : number)
            .ToString()
            .Replace("_", "", StringComparison.Ordinal);
        if (digits.Length > 2 && digits[0] == '0' && char.IsAsciiLetter(digits[1]))
        {
            return ToDecimal(digits) is { } value
                ? $"{(isNegative ? "-" : "")}{value.ToString(CultureInfo.InvariantCulture)}"
                : null;
        }

        var exponent = digits.IndexOfAny(['e', 'E']);
        var mantissa = exponent < 0 ? digits : digits[..exponent];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? mantissa : mantissa[..dot];
        var fraction = dot < 0 ? "" : mantissa[(dot + 1)..];
        var power = exponent < 0 ? "" : digits[(exponent + 1)..];
        if (
            !IsDigits(whole)
            || !IsDigits(fraction)
            || (whole.Length == 0 && fraction.Length == 0)
            || (whole.Length > 1 && whole[0] == '0')
            || (exponent >= 0 && (power.TrimStart('+', '-').Length == 0 || !IsDigits(power.TrimStart('+', '-'))))
        )
        {
            return null;
        }

        // JSON wants a digit on either side of the point.
        return (isNegative ? "-" : "")
            + (whole.Length == 0 ? "0" : whole)
            + (dot < 0 ? "" : $".{(fraction.Length == 0 ? "0" : fraction)}")
            + (exponent < 0 ? "" : $"e{power}");
    }

    private static bool IsHexadecimal(ReadOnlySpan<char> number) =>
        number.TrimStart("+-").StartsWith("0x", StringComparison.OrdinalIgnoreCase);

    private static bool IsDigits(string text) => !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static BigInteger? ToDecimal(string digits)
    {
        // 64 digits hold any 256-bit number; reading longer ones would take quadratic time.
        if (digits.Length > 66)
        {
            return null;
        }

        var radix = char.ToLowerInvariant(digits[1]) switch
        {
            'x' => 16,
            'o' => 8,
            'b' => 2,
            _ => 0,
        };
        var value = BigInteger.Zero;
        foreach (var digit in digits.AsSpan(2))
        {
            if (!char.IsAsciiHexDigit(digit) || Convert.ToInt32(digit.ToString(), 16) is var read && read >= radix)
            {
                return null;
            }

            value = (value * radix) + read;
        }

        return value;
    }

    // Gets how many characters behind the backslash belong to the escape.
    private static int AppendEscape(StringBuilder result, ReadOnlySpan<char> escape)
    {
        switch (escape[0])
        {
            case '\n':
                return 1;
            case 'x':
                return AppendCode(result, escape, 2);
            case 'u':
                return AppendCode(result, escape, 4);
            case 'U':
                return AppendCode(result, escape, 8);
            case >= '0' and <= '7':
                return AppendOctal(result, escape);
        }

        // '\/' is JSON's; Python would keep the backslash, as it does of all that it does not know.
        var index = "\\'\"/nrtbfav".IndexOf(escape[0], StringComparison.Ordinal);
        _ = index < 0 ? result.Append('\\').Append(escape[0]) : result.Append("\\'\"/\n\r\t\b\f\a\v"[index]);
        return 1;
    }

    private static int AppendCode(StringBuilder result, ReadOnlySpan<char> escape, int digits)
    {
        if (
            escape.Length <= digits
            || !uint.TryParse(
                escape.Slice(1, digits),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var code
            )
            || code > 0x10FFFF
        )
        {
            _ = result.Append('\\').Append(escape[0]);
            return 1;
        }

        // Halves of a pair are joined as they stand one after the other, which is how JSON writes them.
        _ = code <= char.MaxValue ? result.Append((char)code) : result.Append(char.ConvertFromUtf32((int)code));
        return digits + 1;
    }

    private static int AppendOctal(StringBuilder result, ReadOnlySpan<char> escape)
    {
        var length = 0;
        var code = 0;
        while (length < 3 && length < escape.Length && escape[length] is >= '0' and <= '7')
        {
            code = (code * 8) + (escape[length++] - '0');
        }

        _ = result.Append((char)code);
        return length;
    }
}
