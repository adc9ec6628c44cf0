using System.Globalization;
using CsCheck;
using LocalSlm.Constraints.Regular;
using Xunit;

namespace LocalSlm.Tests.Constraints.Regular;

public sealed class NumberLanguageTests
{
    private static readonly string[] Bounds =
    [
        "-120",
        "-100",
        "-99.5",
        "-10",
        "-9",
        "-1",
        "-0.05",
        "0",
        "0.5",
        "1",
        "7",
        "9.99",
        "10",
        "12.5",
        "99",
        "100",
        "101",
        "1e2",
        "2.5e-1",
    ];

    [Fact]
    public void Compare_SmallDomain_AgreesWithDecimal()
    {
        var failures = new List<string>();
        var texts = SmallDomain();
        foreach (var bound in Bounds)
        {
            var number = ExactNumber.Parse(bound);
            var value = decimal.Parse(bound, NumberStyles.Float, CultureInfo.InvariantCulture);
            Check(NumberLanguage.AtLeast(number), text => text >= value, $">= {bound}");
            Check(NumberLanguage.AtLeast(number, isExclusive: true), text => text > value, $"> {bound}");
            Check(NumberLanguage.AtMost(number), text => text <= value, $"<= {bound}");
            Check(NumberLanguage.AtMost(number, isExclusive: true), text => text < value, $"< {bound}");
            Check(NumberLanguage.EqualTo(number), text => text == value, $"= {bound}");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(30)));

        void Check(CharAutomaton automaton, Func<decimal, bool> holds, string what)
        {
            foreach (var text in texts)
            {
                if (automaton.Accepts(text) != holds(decimal.Parse(text, CultureInfo.InvariantCulture)))
                {
                    failures.Add($"{text} {what}");
                }
            }
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("4")]
    [InlineData("7")]
    [InlineData("10")]
    [InlineData("25")]
    [InlineData("100")]
    [InlineData("0.01")]
    [InlineData("0.1")]
    [InlineData("0.25")]
    [InlineData("1.5")]
    [InlineData("0.3")]
    [InlineData("12.5")]
    [InlineData("0.36")]
    [InlineData("17.5")]
    [InlineData("1.28")]
    public void MultipleOf_SmallDomain_AgreesWithDecimal(string divisor)
    {
        var value = decimal.Parse(divisor, CultureInfo.InvariantCulture);
        var automaton = NumberLanguage.MultipleOf(ExactNumber.Parse(divisor));
        var failures = SmallDomain()
            .Where(text => automaton.Accepts(text) != (decimal.Parse(text, CultureInfo.InvariantCulture) % value == 0));
        Assert.Empty(failures.Take(20));
    }

    [Fact]
    public void Integer_RandomBounds_AgreesWithComparison() =>
        Gen.Select(Gen.Long[-2000, 2000], Gen.Long[0, 2000], Gen.Int[1, 12], Gen.Bool)
            .Sample(
                (min, width, divisor, isExclusive) =>
                {
                    var (from, to) = (ExactNumber.Of(min), ExactNumber.Of(min + width));
                    var automaton = isExclusive
                        ? NumberLanguage.Integer(
                            exclusiveMin: from,
                            exclusiveMax: to,
                            multipleOf: ExactNumber.Of(divisor)
                        )
                        : NumberLanguage.Integer(from, to, multipleOf: ExactNumber.Of(divisor));
                    for (var value = min - 30; value <= min + width + 30; value++)
                    {
                        var isIn =
                            value % divisor == 0
                            && (
                                isExclusive ? value > min && value < min + width : value >= min && value <= min + width
                            );
                        Assert.Equal(isIn, automaton.Accepts(value.ToString(CultureInfo.InvariantCulture)));
                    }
                },
                iter: 100
            );

    [Fact]
    public void Integer_Spellings_AreThePlainOnes()
    {
        var automaton = NumberLanguage.Integer();
        Assert.All(
            (string[])["0", "-1", "10", "123456789012345678"],
            text => Assert.True(automaton.Accepts(text), text)
        );
        Assert.All(
            (string[])["-0", "01", "1.0", "1e2", "+1", "", "-", "1234567890123456789", " 1"],
            text => Assert.False(automaton.Accepts(text), text)
        );
    }

    [Fact]
    public void Json_Spellings_AreThoseOfJson()
    {
        Assert.All(
            (string[])["0", "-0", "1.0", "1E5", "1.5e-7", "-12.25", "1e+05", "0.010000000000000009", "-98990000"],
            text => Assert.True(NumberLanguage.Json.Accepts(text), text)
        );
        Assert.All(
            (string[])["", "-", ".5", "1e", "1.", "0x10", "01", "1e999", "Infinity", "1_000", "+1"],
            text => Assert.False(NumberLanguage.Json.Accepts(text), text)
        );
    }

    [Fact]
    public void Integer_BoundsBeyondInt64_AreKept()
    {
        var big = ExactNumber.Parse("1e30");
        var automaton = NumberLanguage.Integer(big);
        Assert.True(automaton.Accepts("1000000000000000000000000000000"));
        Assert.False(automaton.Accepts("999999999999999999999999999999"));
        Assert.True(NumberLanguage.Integer(ExactNumber.Of(1), ExactNumber.Of(0)).IsEmpty);
    }

    [Theory]
    [InlineData("86400", "0 86400 -172800 864000", "1 43200 86401 8640")]
    [InlineData("1000000", "0 1000000 -25000000", "100000 1000001 10000000.5")]
    [InlineData("1e20", "0 100000000000000000000", "10000000000000000000 1")]
    [InlineData("0.0001", "0.0001 12.3456 5.00000", "0.00001 1.00005")]
    public void MultipleOf_LargeOrFine_IsTold(string divisor, string multiples, string others)
    {
        var automaton = NumberLanguage.MultipleOf(ExactNumber.Parse(divisor));
        Assert.All(multiples.Split(' '), text => Assert.True(automaton.Accepts(text), text));
        Assert.All(others.Split(' '), text => Assert.False(automaton.Accepts(text), text));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-2")]
    [InlineData("1009")]
    [InlineData("0.123456789")]
    public void MultipleOf_NotToBeTold_IsRefused(string divisor) =>
        Assert.Throws<GrammarException>(() => NumberLanguage.MultipleOf(ExactNumber.Parse(divisor)));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1e401")]
    [InlineData("1e99999999999")]
    [InlineData(" 1")]
    public void Parse_NoNumber_IsRefused(string text) => Assert.Throws<GrammarException>(() => ExactNumber.Parse(text));

    [Fact]
    public void Number_RandomTexts_AreReadByDotNet()
    {
        var random = new Random(9);
        CharAutomaton[] languages =
        [
            NumberLanguage.Json,
            NumberLanguage.Integer(),
            NumberLanguage.Number(ExactNumber.Parse("-1.5"), ExactNumber.Parse("12e3")),
            NumberLanguage.Number(multipleOf: ExactNumber.Parse("0.01")),
        ];
        foreach (var language in languages)
        {
            for (var round = 0; round < 500; round++)
            {
                var text = RandomWalks.Text(language, random);
                Assert.True(double.IsFinite(System.Text.Json.JsonSerializer.Deserialize<double>(text)), text);
                System.Text.Json.JsonSerializer.Deserialize<decimal>(text);
            }
        }
    }

    [Fact]
    public void SetOperations_OverValues_DecideNotAndOneOf()
    {
        var threes = NumberLanguage.MultipleOf(ExactNumber.Of(3));
        var fives = NumberLanguage.MultipleOf(ExactNumber.Of(5));
        var oneOf = threes.Except(fives).Union(fives.Except(threes)).Intersect(NumberLanguage.PlainIntegers);
        for (var value = -200; value <= 200; value++)
        {
            Assert.Equal(value % 3 == 0 ^ value % 5 == 0, oneOf.Accepts(value.ToString(CultureInfo.InvariantCulture)));
        }

        var fractions = NumberLanguage.All.Except(NumberLanguage.Integers);
        Assert.True(fractions.Accepts("1.5"));
        Assert.False(fractions.Accepts("1.00"));
        Assert.True(NumberLanguage.EqualTo(ExactNumber.Parse("1e0")).Accepts("1.000"));
    }

    private static List<string> SmallDomain()
    {
        var texts = new List<string>();
        for (var value = -13000; value <= 13000; value++)
        {
            var scaled = value / 100m;
            texts.Add(scaled.ToString("0.##", CultureInfo.InvariantCulture));
            if (value != 0 && value % 7 == 0)
            {
                texts.Add(scaled.ToString("0.000", CultureInfo.InvariantCulture));
            }
        }

        return texts;
    }
}
