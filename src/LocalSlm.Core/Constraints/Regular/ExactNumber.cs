using System.Globalization;
using System.Numerics;

namespace LocalSlm.Constraints.Regular;

/// <summary>A decimal number of any size, exactly: <c>Mantissa × 10^Exponent</c>, where the mantissa does not end in 0.</summary>
internal readonly record struct ExactNumber : IComparable<ExactNumber>
{
    // The largest double is 1.8e308, the smallest above 0 is 4.9e-324.
    private const int MostExponent = 400;
    private const int MostDigits = 1_000;

    private ExactNumber(BigInteger mantissa, int exponent)
    {
        while (!mantissa.IsZero && mantissa % 10 == 0)
        {
            mantissa /= 10;
            exponent++;
        }

        (Mantissa, Exponent) = (mantissa, mantissa.IsZero ? 0 : exponent);
    }

    /// <summary>Gets all digits, with the sign.</summary>
    public BigInteger Mantissa { get; }

    /// <summary>Gets the power of ten.</summary>
    public int Exponent { get; }

    /// <summary>Gets whether it is below 0.</summary>
    public bool IsNegative => Mantissa.Sign < 0;

    /// <summary>Gets whether it is an integer.</summary>
    public bool IsInteger => Exponent >= 0;

    /// <summary>Gets the digits before the point, without the sign: at least one.</summary>
    public string IntegerDigits =>
        Exponent >= 0 ? Digits + (Mantissa.IsZero ? "" : new string('0', Exponent))
        : Digits.Length > -Exponent ? Digits[..^-Exponent]
        : "0";

    /// <summary>Gets the digits behind the point: none for an integer, and the last one is not 0.</summary>
    public string FractionDigits => Exponent >= 0 ? "" : Digits.PadLeft(-Exponent, '0')[^-Exponent..];

    private string Digits => BigInteger.Abs(Mantissa).ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a number as JSON spells it.</summary>
    /// <exception cref="GrammarException">It is none, or beyond 10^400 or its inverse.</exception>
    public static ExactNumber Parse(string text)
    {
        if (text.Length > MostDigits)
        {
            throw new GrammarException("number", $"it has {text.Length} characters; the limit is {MostDigits}.");
        }

        var split = text.AsSpan().IndexOfAny('e', 'E');
        var digits = split < 0 ? text : text[..split];
        var exponent = 0;
        if (
            split >= 0
            && !int.TryParse(
                text.AsSpan(split + 1),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out exponent
            )
        )
        {
            throw Bad(text);
        }

        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? 0 : digits.Length - point - 1;
        if (
            !BigInteger.TryParse(
                point < 0 ? digits : digits.Remove(point, 1),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var mantissa
            )
        )
        {
            throw Bad(text);
        }

        if (Math.Abs((long)exponent) > MostExponent)
        {
            throw Bad(text);
        }

        return new(mantissa, exponent - fraction);
    }

    /// <summary>Converts an integer.</summary>
    public static ExactNumber Of(BigInteger value) => new(value, 0);

    /// <summary>Makes <paramref name="mantissa"/> × 10^<paramref name="exponent"/>.</summary>
    public static ExactNumber Of(BigInteger mantissa, int exponent) => new(mantissa, exponent);

    public int CompareTo(ExactNumber other)
    {
        var exponent = Math.Min(Exponent, other.Exponent);
        return (Mantissa * BigInteger.Pow(10, Exponent - exponent)).CompareTo(
            other.Mantissa * BigInteger.Pow(10, other.Exponent - exponent)
        );
    }

    public override string ToString() =>
        (IsNegative ? "-" : "") + IntegerDigits + (IsInteger ? "" : "." + FractionDigits);

    private static GrammarException Bad(string text) =>
        new("number", $"'{text}' is no JSON number, or lies beyond 10^{MostExponent} or its inverse.");
}
