using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LocalSlm.Constraints.Regular;
using Xunit;

namespace LocalSlm.Tests.Constraints.Regular;

/// <summary>Formats beyond the golden data: examples of the RFCs, and what .NET's types hold.</summary>
public sealed class StringFormatsTests
{
    [Theory]
    [InlineData("date-time", "1985-04-12T23:20:50.52Z 1996-12-19T16:39:57-08:00 1937-01-01T12:00:27.87+00:20", true)]
    [InlineData(
        "date-time",
        "1985-04-12 1985-04-12T25:00:00Z 1985-02-29T00:00:00Z 1985-04-12T23:20:50 0000-01-01T00:00:00Z",
        false
    )]
    [InlineData("duration", "P4DT12H30M5S P4Y PT0S P1M PT36H P2W P1Y2M3D PT1H2M3S", true)]
    [InlineData("duration", "4DT12H PT P P2D1Y P1D2H P2S P1Y2W P1 1Y P0.5Y PT1H3S", false)]
    [InlineData("email", "joe.bloggs@example.com te~st@example.com a@b joe@[127.0.0.1] joe@[IPv6:::1]", true)]
    [InlineData("email", "2962 .test@example.com test.@example.com te..st@example.com a@b@c joe@-b.c @b a@", false)]
    [InlineData("idn-email", "실례@실례.테스트 joe.bloggs@example.com", true)]
    [InlineData("idn-email", "2962 실례 @실례", false)]
    [InlineData("json-pointer", "/foo/bar~0/baz~1/%a / //a /é", true)]
    [InlineData("json-pointer", "/foo/bar~ a #/a /~2", false)]
    [InlineData("relative-json-pointer", "1 0/foo/bar 2/0/baz/1/zip 0#", true)]
    [InlineData("relative-json-pointer", "/foo/bar -1/foo +1/foo 0## 01/a 01#", false)]
    [InlineData("uri-template", "http://example.com/dictionary/{term:1}/{term} {+path,x}/here {?x,y*} /a{#frag}", true)]
    [InlineData("uri-template", "http://example.com/dictionary/{term:1}/{term {} {a,} {!a} a}b", false)]
    [InlineData("iri-reference", "http://ƒøø.ßår/?∂éœ=πîx#πîüx âππ #ƒrägmênt //ƒøø.ßår/?∂éœ", true)]
    [InlineData("iri-reference", "\\\\WINDOWS\\filëßåré #ƒräg\\mênt", false)]
    [InlineData("uuid", "2EB8AA08-AA98-11EA-B4AA-73B441D16380 00000000-0000-0000-0000-000000000000", true)]
    [InlineData("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d1638 2eb8aa08aa9811eab4aa73b441d16380", false)]
    [InlineData("ipv4", "0.0.0.0 255.255.255.255 87.10.0.1", true)]
    [InlineData("ipv4", "087.10.0.1 256.0.0.1 1.2.3 1.2.3.4.5 0x7f000001", false)]
    public void Find_Examples_AreJudged(string format, string texts, bool areValid)
    {
        var automaton = StringFormats.Find(format)!;
        Assert.All(texts.Split(' '), text => Assert.True(areValid == automaton.Accepts(text), text));
    }

    [Fact]
    public void Find_NotRegularOrUnknown_IsNull()
    {
        Assert.Null(StringFormats.Find("regex"));
        Assert.Null(StringFormats.Find("idn-hostname"));
        Assert.Null(StringFormats.Find("Date"));
    }

    [Fact]
    public void Find_RandomTexts_AreReadByDotNet()
    {
        var random = new Random(5);
        Draw("date", text => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture));
        Draw("date-time", text => JsonSerializer.Deserialize<DateTimeOffset>($"\"{text}\""));
        Draw("uuid", text => Guid.Parse(text));
        Draw("ipv4", text => System.Net.IPAddress.Parse(text));
        Draw("ipv6", text => System.Net.IPAddress.Parse(text));
        Draw("json-pointer", text => Assert.True(text.Length == 0 || text[0] == '/'));
        Draw("email", text => Assert.Contains('@', text));

        void Draw(string format, Action<string> read)
        {
            var automaton = StringFormats.Find(format)!;
            for (var round = 0; round < 500; round++)
            {
                read(RandomWalks.Text(automaton, random));
            }
        }
    }

    [Fact]
    public void Find_EveryFormat_IsSmallAndSoonThere()
    {
        foreach (var format in StringFormats.Names)
        {
            var clock = Stopwatch.StartNew();
            var automaton = StringFormats.Find(format)!;
            var found = clock.Elapsed.TotalMilliseconds;
            var any = automaton.ToJsonString();
            var spelled = clock.Elapsed.TotalMilliseconds;
            var needed = automaton.ToJsonString(JsonEscaping.Needed);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{format}: {found:0.0} ms, {automaton.StateCount} states; any: {spelled - found:0.0} ms, {any.StateCount}; "
                    + $"needed: {clock.Elapsed.TotalMilliseconds - spelled:0.0} ms, {needed.StateCount}"
            );
            Assert.True(automaton.StateCount < 3_000, $"{format}: {automaton.StateCount} states");
            Assert.True(needed.StateCount < 10_000, $"{format}: {needed.StateCount} states over bytes");
        }
    }
}
