using LocalSlm.Hosting.Registration.Values;

namespace LocalSlm.Tests.Hosting.Registration.Values;

public sealed class SizeTextTests
{
    // The prefixes of IEC 80000-13 and of the SI.
    [Theory]
    [InlineData("0", 0)]
    [InlineData("5000000000", 5_000_000_000)]
    [InlineData("4GB", 4_000_000_000)]
    [InlineData("4GiB", 4_294_967_296)]
    [InlineData("4 gb", 4_000_000_000)]
    [InlineData(" 512 MiB ", 536_870_912)]
    [InlineData("1.5kB", 1500)]
    [InlineData("1TiB", 1_099_511_627_776)]
    [InlineData("7b", 7)]
    [InlineData("-1GB", -1_000_000_000)]
    public void Parse_Size_GivesBytes(string text, long expected) => Assert.Equal(expected, SizeText.Parse(text));

    [Theory]
    [InlineData("4 g", "4GB", "4GiB")]
    [InlineData("8K", "8KB", "8KiB")]
    [InlineData("x", "4GB", "4GiB")]
    [InlineData("", "4GB", "4GiB")]
    [InlineData("GB", "4GB", "4GiB")]
    [InlineData("1..2GB", "4GB", "4GiB")]
    [InlineData("4 furlongs", "GB", "GiB")]
    [InlineData("1PiB", "GB", "GiB")]
    [InlineData("1e9", "GB", "GiB")]
    public void Parse_Nonsense_SaysWhatToWrite(string text, string decimalUnit, string binaryUnit)
    {
        var error = Assert.Throws<FormatException>(() => SizeText.Parse(text));

        Assert.Contains(decimalUnit, error.Message, StringComparison.Ordinal);
        Assert.Contains(binaryUnit, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("9999999999TiB")]
    [InlineData("79228162514264337593543950335TB")]
    public void Parse_MoreThanCanBeCounted_IsRefused(string text) =>
        Assert.Throws<OverflowException>(() => SizeText.Parse(text));
}
