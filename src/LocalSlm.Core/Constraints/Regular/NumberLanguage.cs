using System.Numerics;

namespace LocalSlm.Constraints.Regular;

/// <summary>The languages of JSON numbers. Those that speak of values hold all plain spellings of each value (<c>1</c>, <c>1.0</c>;
/// no exponent, no <c>-0</c>), so that intersection, union and difference within <see cref="All"/> are those of the values.</summary>
internal static class NumberLanguage
{
    /// <summary>How many digits an integer part has at most where no bound says more: every such integer fits <see cref="long"/>.</summary>
    public const int MostIntegerDigits = 18;

    /// <summary>How many digits a fraction has at most: more than a <see cref="double"/> of everyday size is written with.</summary>
    public const int MostFractionDigits = 20;

    // Remainders by a power of 2 or of 5 are told by as many last digits; those by the rest are told one by one.
    private const int MostRest = 1_000;
    private const int MostPowerOfTwo = 1 << 14;
    private const int MostPowerOfFive = 15_625;

    /// <summary>Gets all numbers in plain spelling, of any length.</summary>
    public static CharAutomaton All { get; } =
        NumberAutomaton<int>.Build(0, static (state, _, _) => state, static (_, _) => true);

    /// <summary>Gets the integers, spelled with a fraction of zeros as well, of any length.</summary>
    public static CharAutomaton Integers { get; } = MultipleOf(ExactNumber.Of(1));

    /// <summary>Gets the integers as they are usually written, of any length: no fraction, no <c>-0</c>.</summary>
    public static CharAutomaton PlainIntegers { get; } = CharAutomaton.FromPattern("^(?:0|-?[1-9][0-9]*)$");

    /// <summary>Gets the numbers of which nothing is asked, with exponents, so long that neither a <see cref="double"/> nor a
    /// <see cref="decimal"/> overflows.</summary>
    public static CharAutomaton Json { get; } =
        CharAutomaton.FromPattern("^-?(?:0|[1-9][0-9]{0,17})(?:\\.[0-9]{1,20})?(?:[eE](?:\\+?0?[0-9]|-[0-9]{1,2}))?$");

    /// <summary>Gets the plain spellings of the usual length.</summary>
    private static CharAutomaton Short { get; } = Within(MostIntegerDigits, MostFractionDigits);

    /// <summary>Gets the numbers that are at least, or more than, a bound.</summary>
    public static CharAutomaton AtLeast(ExactNumber bound, bool isExclusive = false) =>
        Compare(bound, isExclusive ? static order => order > 0 : static order => order >= 0);

    /// <summary>Gets the numbers that are at most, or less than, a bound.</summary>
    public static CharAutomaton AtMost(ExactNumber bound, bool isExclusive = false) =>
        Compare(bound, isExclusive ? static order => order < 0 : static order => order <= 0);

    /// <summary>Gets all plain spellings of one number.</summary>
    public static CharAutomaton EqualTo(ExactNumber value) => Compare(value, static order => order == 0);

    /// <summary>Gets the multiples of a number.</summary>
    /// <param name="divisor">The number, above 0.</param>
    /// <exception cref="GrammarException">It is not above 0, or has too many digits.</exception>
    public static CharAutomaton MultipleOf(ExactNumber divisor)
    {
        if (divisor.Mantissa.Sign <= 0)
        {
            throw new GrammarException("number", $"there are no multiples of {divisor}: it must be above 0.");
        }

        var scale = Math.Max(-divisor.Exponent, 0);
        return divisor.Mantissa.IsOne && divisor.Exponent > 0
            ? MultipleOfPowerOfTen(divisor.Exponent)
            : MultipleOf(divisor, divisor.Mantissa * BigInteger.Pow(10, divisor.Exponent + scale), scale);
    }

    /// <summary>Gets integers within bounds, as they are usually written.</summary>
    /// <param name="min">The least, or <see langword="null"/>.</param>
    /// <param name="max">The greatest, or <see langword="null"/>.</param>
    /// <param name="exclusiveMin">What they are more than, or <see langword="null"/>.</param>
    /// <param name="exclusiveMax">What they are less than, or <see langword="null"/>.</param>
    /// <param name="multipleOf">What they are multiples of, or <see langword="null"/>.</param>
    /// <exception cref="GrammarException">A multiple cannot be decided.</exception>
    public static CharAutomaton Integer(
        ExactNumber? min = null,
        ExactNumber? max = null,
        ExactNumber? exclusiveMin = null,
        ExactNumber? exclusiveMax = null,
        ExactNumber? multipleOf = null
    ) => Limit(Select(PlainIntegers, min, max, exclusiveMin, exclusiveMax, multipleOf));

    /// <summary>Gets numbers within bounds, in plain spelling.</summary>
    /// <inheritdoc cref="Integer"/>
    public static CharAutomaton Number(
        ExactNumber? min = null,
        ExactNumber? max = null,
        ExactNumber? exclusiveMin = null,
        ExactNumber? exclusiveMax = null,
        ExactNumber? multipleOf = null
    ) => Limit(Select(All, min, max, exclusiveMin, exclusiveMax, multipleOf));

    /// <summary>Takes out the spellings that are too long, so that a number comes to an end and overflows nothing.</summary>
    /// <param name="numbers">Numbers in plain spelling.</param>
    /// <returns>Those with at most <see cref="MostIntegerDigits"/> and <see cref="MostFractionDigits"/>; where none is so short, those
    /// that are hardly longer than the shortest.</returns>
    public static CharAutomaton Limit(CharAutomaton numbers)
    {
        var limited = numbers.Intersect(Short);
        if (!limited.IsEmpty || numbers.IsEmpty)
        {
            return limited;
        }

        var length = numbers.ShortestLength();
        return numbers.Intersect(Within(Math.Max(length, MostIntegerDigits), Math.Max(length, MostFractionDigits)));
    }

    private static CharAutomaton Within(int integerDigits, int fractionDigits) =>
        CharAutomaton.FromPattern($"^-?[0-9]{{1,{integerDigits}}}(?:\\.[0-9]{{1,{fractionDigits}}})?$");

    private static CharAutomaton Select(
        CharAutomaton numbers,
        ExactNumber? min,
        ExactNumber? max,
        ExactNumber? exclusiveMin,
        ExactNumber? exclusiveMax,
        ExactNumber? multipleOf
    )
    {
        if (multipleOf is { } divisor)
        {
            numbers = numbers.Intersect(MultipleOf(divisor));
        }

        if (min is { } least)
        {
            numbers = numbers.Intersect(AtLeast(least));
        }

        if (max is { } most)
        {
            numbers = numbers.Intersect(AtMost(most));
        }

        if (exclusiveMin is { } below)
        {
            numbers = numbers.Intersect(AtLeast(below, isExclusive: true));
        }

        return exclusiveMax is { } above ? numbers.Intersect(AtMost(above, isExclusive: true)) : numbers;
    }

    private static CharAutomaton Compare(ExactNumber bound, Func<int, bool> accepts)
    {
        var integer = bound.IntegerDigits;
        var fraction = bound.FractionDigits;
        return NumberAutomaton<Comparison>.Build(default, Read, Accepts);

        Comparison? Read(Comparison state, int digit, bool isFraction)
        {
            if (!isFraction)
            {
                var order = state.Order;
                if (order == 0 && state.Count < integer.Length)
                {
                    order = digit.CompareTo(integer[state.Count] - '0');
                }

                return new(Math.Min(state.Count + 1, integer.Length + 1), order, false);
            }

            var (count, sofar) = state.IsFraction ? (state.Count, state.Order) : (0, OrderOfIntegers(state));
            if (sofar == 0)
            {
                sofar = digit.CompareTo(count < fraction.Length ? fraction[count] - '0' : 0);
            }

            return new(sofar == 0 ? Math.Min(count + 1, fraction.Length) : 0, sofar, true);
        }

        bool Accepts(Comparison state, bool isNegative)
        {
            if (isNegative != bound.IsNegative)
            {
                return accepts(isNegative ? -1 : 1);
            }

            var order = state.IsFraction ? state.Order : OrderOfIntegers(state);
            if (order == 0 && (state.IsFraction ? state.Count : 0) < fraction.Length)
            {
                order = -1;
            }

            return accepts(isNegative ? -order : order);
        }

        int OrderOfIntegers(Comparison state) =>
            state.Count == integer.Length ? state.Order : state.Count.CompareTo(integer.Length);
    }

    private static CharAutomaton MultipleOf(ExactNumber divisor, BigInteger modulus, int scale)
    {
        var rest = modulus;
        var two = TakeOut(ref rest, 2);
        var five = TakeOut(ref rest, 5);
        if (two > MostPowerOfTwo || five > MostPowerOfFive || rest > MostRest)
        {
            throw new GrammarException(
                "number",
                $"multiples of {divisor} cannot be told: without its factors 2 and 5 and its point it may be at most {MostRest}."
            );
        }

        // What several numbers without a common factor divide, their product divides.
        var numbers = Divided((int)rest, scale);
        foreach (var power in (BigInteger[])[two, five])
        {
            numbers = power.IsOne ? numbers : numbers.Intersect(Divided((int)power, scale));
        }

        return numbers;
    }

    private static BigInteger TakeOut(ref BigInteger number, int factor)
    {
        var power = BigInteger.One;
        while (number % factor == 0)
        {
            number /= factor;
            power *= factor;
        }

        return power;
    }

    /// <summary>Gets the numbers that are integers divided by a power of ten, whose integers a divisor divides.</summary>
    private static CharAutomaton Divided(int divisor, int scale) =>
        NumberAutomaton<(int Remainder, int Digits)>.Build(
            default,
            (state, digit, isFraction) =>
                !isFraction || state.Digits < scale
                    ? (((state.Remainder * 10) + digit) % divisor, state.Digits + (isFraction ? 1 : 0))
                : digit == 0 ? state
                : null,
            (state, _) => state.Remainder * BigInteger.Pow(10, scale - state.Digits) % divisor == 0
        );

    private static CharAutomaton MultipleOfPowerOfTen(int power) =>
        NumberAutomaton<(bool IsNotZero, int Zeros)>.Build(
            default,
            (state, digit, isFraction) =>
                isFraction
                    ? digit == 0
                        ? state
                        : null
                    : digit != 0
                        ? (true, 0)
                        : (state.IsNotZero, state.IsNotZero ? Math.Min(state.Zeros + 1, power) : 0),
            (state, _) => !state.IsNotZero || state.Zeros == power
        );

    /// <summary>How the digits read so far compare with those of a bound.</summary>
    /// <param name="Count">How many digits of the part were read, as far as it matters.</param>
    /// <param name="Order">Their order.</param>
    /// <param name="IsFraction">Whether the part is the one behind the point.</param>
    private readonly record struct Comparison(int Count, int Order, bool IsFraction);
}
