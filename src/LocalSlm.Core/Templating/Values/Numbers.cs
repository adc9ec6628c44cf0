using System.Globalization;
using System.Numerics;

namespace LocalSlm.Templating;

/// <summary>Numbers as Python has them: bool, int of any size (<see cref="long"/>, else <see cref="BigInteger"/>) and float.</summary>
internal static class Numbers
{
    public static bool Is(object? value) => value is long or double or bool or BigInteger;

    public static bool IsInteger(object? value) => value is long or bool or BigInteger;

    public static BigInteger ToBig(object value) =>
        value switch
        {
            long l => l,
            bool b => b ? 1 : 0,
            _ => (BigInteger)value,
        };

    public static double ToDouble(object value) =>
        value switch
        {
            double d => d,
            long l => l,
            bool b => b ? 1 : 0,
            _ => (double)(BigInteger)value,
        };

    /// <summary>Gets a whole number as <see cref="long"/>, at its bounds if it is beyond them.</summary>
    public static bool TryGetLong(object? value, out long result)
    {
        switch (value)
        {
            case long l:
                result = l;
                return true;
            case bool b:
                result = b ? 1 : 0;
                return true;
            case BigInteger big:
                result = big.Sign < 0 ? long.MinValue : long.MaxValue;
                return true;
            default:
                result = 0;
                return false;
        }
    }

    public static object Normal(RenderState state, BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            return Boxes.Of((long)value);
        }

        if (value.GetBitLength() > state.Limits.MaxIntegerBits)
        {
            throw state.Limit($"a whole number has more than {state.Limits.MaxIntegerBits} bits");
        }

        return value;
    }

    public static bool AreEqual(object left, object right)
    {
        if (left is double || right is double)
        {
            double a = ToDouble(left);
            double b = ToDouble(right);
            // A float equals an int only if it is that very number.
            return left is BigInteger || right is BigInteger
                ? double.IsInteger(a) && double.IsInteger(b) && ToExact(left) == ToExact(right)
                : a == b;
        }

        return left is long x && right is long y ? x == y : ToBig(left) == ToBig(right);
    }

    /// <summary>Orders two numbers; <see langword="null"/> if one is not a number (NaN).</summary>
    public static int? Compare(object left, object right)
    {
        if (left is long x && right is long y)
        {
            return x.CompareTo(y);
        }

        if (left is double || right is double)
        {
            double a = ToDouble(left);
            double b = ToDouble(right);
            return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
        }

        return ToBig(left).CompareTo(ToBig(right));
    }

    /// <summary>Writes a float as Python's repr does: the shortest digits that read back, an exponent below 1e-4 and from 1e16.</summary>
    public static string Format(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }

        string round = value.ToString("R", CultureInfo.InvariantCulture);
        string sign = value < 0 ? "-" : "";
        int e = round.IndexOf('E', StringComparison.Ordinal);
        string mantissa = (e < 0 ? round : round[..e]).TrimStart('-');
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        int exponent;
        if (e >= 0)
        {
            exponent = int.Parse(round.AsSpan(e + 1), CultureInfo.InvariantCulture);
        }
        else
        {
            int point = mantissa.IndexOf('.', StringComparison.Ordinal);
            string whole = (point < 0 ? mantissa : mantissa[..point]).TrimStart('0');
            string fraction = point < 0 ? "" : mantissa[(point + 1)..];
            exponent = whole.Length > 0 ? whole.Length - 1 : -(fraction.Length - fraction.TrimStart('0').Length) - 1;
        }

        if (exponent is < -4 or >= 16)
        {
            string head = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
            return $"{sign}{head}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    public static string FormatInteger(object value) =>
        value is long l
            ? l.ToString(CultureInfo.InvariantCulture)
            : ToBig(value).ToString(CultureInfo.InvariantCulture);

    /// <summary>Rounds <paramref name="value"/> × 10^<paramref name="digits"/> to the nearest whole number, halves to even, exactly.</summary>
    public static BigInteger RoundScaled(double value, int digits)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0)
        {
            exponent++;
        }
        else
        {
            mantissa |= 1L << 52;
        }

        exponent -= 1075;
        BigInteger numerator = mantissa;
        BigInteger denominator = BigInteger.One;
        numerator *= exponent > 0 ? BigInteger.One << exponent : 1;
        denominator *= exponent < 0 ? BigInteger.One << -exponent : 1;
        numerator *= digits > 0 ? BigInteger.Pow(10, digits) : 1;
        denominator *= digits < 0 ? BigInteger.Pow(10, -digits) : 1;
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        int half = (remainder * 2).CompareTo(denominator);
        if (half > 0 || (half == 0 && !quotient.IsEven))
        {
            quotient++;
        }

        return value < 0 ? -quotient : quotient;
    }

    /// <summary>Writes a float with a fixed number of decimals, rounded exactly.</summary>
    public static string FormatFixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
        {
            return Format(value);
        }

        string digits = BigInteger
            .Abs(RoundScaled(value, decimals))
            .ToString(CultureInfo.InvariantCulture)
            .PadLeft(decimals + 1, '0');
        string sign = double.IsNegative(value) ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    private static BigInteger ToExact(object value) => value is double d ? new BigInteger(d) : ToBig(value);
}
