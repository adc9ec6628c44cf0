using System.Numerics;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>What sets of numbers need to calculate.</summary>
internal static class ExactArithmetic
{
    public static ExactNumber One { get; } = ExactNumber.Of(1);

    /// <summary>Tells whether a number is a whole multiple of another.</summary>
    public static bool IsMultipleOf(this ExactNumber number, ExactNumber other)
    {
        var (left, right, _) = Align(number, other);
        return (left % right).IsZero;
    }

    /// <summary>Gets the least positive number that is a whole multiple of both.</summary>
    public static ExactNumber LeastCommonMultiple(ExactNumber a, ExactNumber b)
    {
        var (left, right, exponent) = Align(a, b);
        return ExactNumber.Of(left / BigInteger.GreatestCommonDivisor(left, right) * right, exponent);
    }

    /// <summary>Gets the least whole multiple of a positive number that is not less than a bound.</summary>
    public static ExactNumber MultipleAtLeast(this ExactNumber number, ExactNumber bound)
    {
        var (step, least, exponent) = Align(number, bound);
        var count = BigInteger.DivRem(least, step, out var rest);
        return ExactNumber.Of((rest.Sign > 0 ? count + 1 : count) * step, exponent);
    }

    public static ExactNumber Plus(this ExactNumber number, ExactNumber other)
    {
        var (left, right, exponent) = Align(number, other);
        return ExactNumber.Of(left + right, exponent);
    }

    private static (BigInteger Left, BigInteger Right, int Exponent) Align(ExactNumber a, ExactNumber b)
    {
        var exponent = Math.Min(a.Exponent, b.Exponent);
        return (
            a.Mantissa * BigInteger.Pow(10, a.Exponent - exponent),
            b.Mantissa * BigInteger.Pow(10, b.Exponent - exponent),
            exponent
        );
    }
}
