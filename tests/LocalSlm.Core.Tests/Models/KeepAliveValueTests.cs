using System.Text.Json;
using LocalSlm.Models;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Models;

public sealed class KeepAliveValueTests
{
    // As Go's time.ParseDuration and Ollama's api.Duration read them.
    [Theory]
    [InlineData("5m", 300.0)]
    [InlineData("10m", 600.0)]
    [InlineData("1h30m", 5400.0)]
    [InlineData("1.5h", 5400.0)]
    [InlineData("250ms", 0.25)]
    [InlineData("0", 0.0)]
    [InlineData("0s", 0.0)]
    [InlineData("3600", 3600.0)]
    [InlineData("00:05:00", 300.0)]
    [InlineData("-1", null)]
    [InlineData("-1m", null)]
    [InlineData("-5", null)]
    public void Parse_Text_IsATimeOrForEver(string text, double? seconds) =>
        Assert.Equal(
            seconds is { } some ? TimeSpan.FromSeconds(some) : Timeout.InfiniteTimeSpan,
            KeepAliveValue.Parse(text)
        );

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("5x")]
    [InlineData("m")]
    [InlineData("1.2.3s")]
    [InlineData("5 m")]
    [InlineData("-")]
    [InlineData("NaN")]
    public void Parse_NoTime_IsNothing(string text) => Assert.Null(KeepAliveValue.Parse(text));

    [Fact]
    public void KeepAlive_OfARequest_TakesEveryForm()
    {
        Assert.Equal(TimeSpan.FromSeconds(90), Of(90));
        Assert.Equal(TimeSpan.FromSeconds(1.5), Of(1.5));
        Assert.Equal(TimeSpan.FromMinutes(10), Of("10m"));
        Assert.Equal(Timeout.InfiniteTimeSpan, Of(JsonDocument.Parse("-1").RootElement));
        Assert.Equal(TimeSpan.FromMinutes(2), Of(JsonDocument.Parse("\"2m\"").RootElement));
        Assert.Equal(TimeSpan.FromMinutes(2), Of(TimeSpan.FromMinutes(2)));
        var error = Assert.Throws<ArgumentException>(() => Of("soon"));
        Assert.Contains("keep_alive", error.Message, StringComparison.Ordinal);
        Assert.Contains("soon", error.Message, StringComparison.Ordinal);

        static TimeSpan? Of(object value) =>
            new ChatOptions { AdditionalProperties = new() { ["keep_alive"] = value } }.KeepAlive;
    }

    [Fact]
    public void KeepAlive_Set_IsAPlainJsonValue()
    {
        var options = new ChatOptions { KeepAlive = TimeSpan.FromSeconds(90) };
        Assert.Equal(90.0, options.AdditionalProperties!["keep_alive"]);
        options.KeepAlive = Timeout.InfiniteTimeSpan;
        Assert.Equal(-1, options.AdditionalProperties["keep_alive"]);
        Assert.Equal(Timeout.InfiniteTimeSpan, options.KeepAlive);
        options.KeepAlive = null;
        Assert.Empty(options.AdditionalProperties);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.KeepAlive = TimeSpan.FromSeconds(-2));
        Assert.Equal(TimeSpan.Zero, new EmbeddingGenerationOptions { KeepAlive = TimeSpan.Zero }.KeepAlive);
    }
}
