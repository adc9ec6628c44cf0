using System.Globalization;
using LocalSlm.Hosting.Registration.Values;

namespace LocalSlm.Tests.Hosting.Registration.Values;

public sealed class DurationTextTests
{
    // The examples of Go's documentation of time.ParseDuration, and .NET's own form.
    [Theory]
    [InlineData("10m", "00:10:00")]
    [InlineData("1h30m", "01:30:00")]
    [InlineData("1h15m30.5s", "01:15:30.5")]
    [InlineData("-1.5h", "-01:30:00")]
    [InlineData("300ms", "00:00:00.3")]
    [InlineData("1us", "00:00:00.000001")]
    [InlineData("0", "00:00:00")]
    [InlineData("300", "00:05:00")]
    [InlineData("-1", "-00:00:01")]
    [InlineData("1.5", "00:00:01.5")]
    [InlineData("00:05:00", "00:05:00")]
    [InlineData("1.02:03:04", "1.02:03:04")]
    public void Parse_Duration_GivesTime(string text, string expected) =>
        Assert.Equal(TimeSpan.Parse(expected, CultureInfo.InvariantCulture), DurationText.Parse(text));

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("10 m")]
    [InlineData("10x")]
    [InlineData("m10")]
    [InlineData("1h30")]
    [InlineData("1..5s")]
    [InlineData("00:99:00")]
    public void Parse_Nonsense_SaysWhatToWrite(string text) =>
        Assert.Contains(
            "10m",
            Assert.Throws<FormatException>(() => DurationText.Parse(text)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("999999999999h")]
    [InlineData("922337203686")]
    public void Parse_MoreThanCanBeCounted_IsRefused(string text) =>
        Assert.Throws<OverflowException>(() => DurationText.Parse(text));

    [Theory]
    [InlineData("-1")]
    [InlineData("-5m")]
    public void ParseKeepAlive_Negative_IsForEver(string text) =>
        Assert.Equal(Timeout.InfiniteTimeSpan, DurationText.ParseKeepAlive(text));
}
