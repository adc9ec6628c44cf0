using System.Globalization;
using System.Numerics;

namespace LocalSlm.Templating;

/// <summary>Reads numbers as Python's <c>int()</c> and <c>float()</c> do.</summary>
internal static class NumberText
{
    // Python's own limit on the digits of a number in text.
    private const int MaxDigits = 4300;

    public static BigInteger? ParseInteger(string text, int radix)
    {
        var digits = text.AsSpan().Trim();
        bool negative = digits.StartsWith('-');
        digits = digits.StartsWith('-') || digits.StartsWith('+') ? digits[1..] : digits;
        if (digits.Length > 2 && digits[0] == '0')
        {
            int prefixed = char.ToLowerInvariant(digits[1]) switch
            {
                'x' => 16,
                'o' => 8,
                'b' => 2,
                _ => 0,
            };
            if (prefixed != 0 && (radix == prefixed || radix == 0))
            {
                radix = prefixed;
                digits = digits[2..];
                digits = digits.StartsWith('_') ? digits[1..] : digits;
            }
        }

        radix = radix == 0 ? 10 : radix;
        if (
            digits.IsEmpty
            || digits.Length > MaxDigits
            || radix is < 2 or > 36
            || digits[0] == '_'
            || digits[^1] == '_'
        )
        {
            return null;
        }

        var value = BigInteger.Zero;
        for (int i = 0; i < digits.Length; i++)
        {
            char c = digits[i];
            if (c == '_' && digits[i - 1] != '_')
            {
                continue;
            }

            int digit =
                char.IsDigit(c) ? (int)char.GetNumericValue(c)
                : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10
                : 99;
            if (digit >= radix)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return negative ? -value : value;
    }

    public static double? ParseFloat(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length == 0 || trimmed.Length > MaxDigits)
        {
            return null;
        }

        string bare = trimmed.TrimStart('+', '-').ToLowerInvariant();
        if (bare is "inf" or "infinity" or "nan")
        {
            double special = bare == "nan" ? double.NaN : double.PositiveInfinity;
            return trimmed[0] == '-' ? -special : special;
        }

        if (trimmed.Contains("__", StringComparison.Ordinal) || trimmed[0] == '_' || trimmed[^1] == '_')
        {
            return null;
        }

        return double.TryParse(
            trimmed.Replace("_", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out double value
        )
            ? value
            : null;
    }
}
