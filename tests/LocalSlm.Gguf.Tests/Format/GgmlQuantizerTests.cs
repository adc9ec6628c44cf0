using LocalSlm.Gguf.Format;

namespace LocalSlm.Tests.Format;

public sealed class GgmlQuantizerTests
{
    // sin(0.7 i) (1 + i / 10), packed by ggml_quantize_chunk of libggml-base v0.4.0.
    private static readonly float[] Wave =
    [
        .. Enumerable.Range(0, 32).Select(i => (float)(Math.Sin(i * 0.7) * (1 + (i / 10.0)))),
    ];

    public static TheoryData<string, string> Packed =>
        new()
        {
            {
                "F16",
                "0000AB39BB3C7D3C813736B894BDAEBE8CBC1728423D2640853FDF3909BB66C017C1ADBE062EC43FF2413E41C33B0BBD09C2D4C25BC0F8312F41BE43B142B53C"
            },
            {
                "BF16",
                "0000353F973F903FF03E07BFB2BFD6BF91BF033DA83F0540F13F3C3F61BF0DC023C0D6BFC13DF93F3E402840783FA1BF41C05BC00BC03F3E264078405640973F"
            },
            { "Q4_0", "BEB7D8B7864627396BBBEAF8C58434061A6D" },
            { "Q4_1", "C637D4C2274879B9D8C6944415073A7BCBF9E593" },
            { "Q8_0", "CE27001727250FEFD2C9DB012B443E18E3B8ACC90340615620D79D90B906557F6E27" },
        };

    [Theory]
    [MemberData(nameof(Packed))]
    public void Quantize_Wave_MatchesGgml(string type, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(GgmlQuantizer.Quantize(Enum.Parse<GgmlType>(type), Wave)));

    [Theory]
    [InlineData("F32", 0)]
    [InlineData("F16", 0.002f)]
    [InlineData("BF16", 0.02f)]
    [InlineData("Q8_0", 0.016f)] // half a step of 1/127 of the largest value, 3.9
    [InlineData("Q4_1", 0.26f)] // half a step of 1/15 of the range, 7.3, and the rounding of scale and least value
    [InlineData("Q4_0", 0.5f)] // a step of 1/8 of the largest value, where the other end is cut off
    public void Dequantize_WhatQuantizeMade_StaysWithinTheFormatsStep(string type, float tolerance)
    {
        var format = Enum.Parse<GgmlType>(type);

        var values = GgmlQuantizer.Dequantize(format, GgmlQuantizer.Quantize(format, Wave));

        Assert.Equal(Wave.Length, values.Length);
        Assert.All(values.Zip(Wave), pair => Assert.InRange(pair.First - pair.Second, -tolerance, tolerance));
    }

    [Theory]
    [InlineData("Q8_0")]
    [InlineData("Q4_0")]
    [InlineData("Q4_1")]
    public void Quantize_NotFiniteOrTooLarge_Throws(string type)
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.MaxValue })
        {
            var values = new float[32];
            values[7] = bad;

            Assert.Throws<ArgumentException>(() => GgmlQuantizer.Quantize(Enum.Parse<GgmlType>(type), values));
        }
    }

    [Fact]
    public void Quantize_PartOfABlock_Throws() =>
        Assert.Throws<ArgumentException>(() => GgmlQuantizer.Quantize(GgmlType.Q8_0, new float[33]));

    [Fact]
    public void Quantize_FormatThatIsNotOurs_ThrowsByName() =>
        Assert.Contains(
            "Q6_K",
            Assert.Throws<NotSupportedException>(() => GgmlQuantizer.Quantize(GgmlType.Q6_K, new float[256])).Message,
            StringComparison.Ordinal
        );
}
