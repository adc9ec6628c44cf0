using LocalSlm.Hardware;

namespace LocalSlm.Tests.Hardware;

public sealed class ContentionGaugeTests
{
    private static readonly long s_period = TimeSpan.FromMilliseconds(100).Ticks;

    private readonly ContentionGauge _gauge = new(processorCount: 2);
    private long _time;
    private TimeSpan _all;
    private TimeSpan _own;

    [Fact]
    public void Add_FirstTotals_MakeNoSample()
    {
        Sample(0, 0);
        Assert.Equal(default, _gauge.Reading);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0.4, 2)]
    [InlineData(0.6, 1)]
    [InlineData(1, 1)]
    [InlineData(1.6, 0)]
    [InlineData(-0.3, 2)] // The totals are rounded each for itself.
    public void Add_OthersUseSoMuch_LeavesTheRestInWholeProcessors(double others, int free)
    {
        Sample(0, 0);
        Sample(others, own: 1.5);
        Assert.Equal((1, free), (_gauge.Reading.Number, _gauge.Reading.Latest));
    }

    [Fact]
    public void Reading_AfterSeveralSamples_RemembersThree()
    {
        Sample(0, 0);
        Sample(0, 1);
        Assert.False(_gauge.Reading.IsShort(2));
        Assert.Equal(0, _gauge.Reading.SteadilyFree);
        Sample(1, 1);
        Assert.True(_gauge.Reading.IsShort(2));
        Assert.False(_gauge.Reading.IsShortTwice(2));
        Sample(1, 1);
        Assert.True(_gauge.Reading.IsShortTwice(2));
        Assert.False(_gauge.Reading.IsShort(1));
        Sample(0, 1);
        Sample(0, 1);
        Assert.Equal(1, _gauge.Reading.SteadilyFree);
        Sample(0, 1);
        Assert.Equal(new ContentionReading(6, 2, 2, 2), _gauge.Reading);
        Assert.Equal(2, _gauge.Reading.SteadilyFree);
    }

    [Fact]
    public void Restart_SamplesFromBefore_AreForgotten()
    {
        var gauge = new ContentionGauge(2);
        gauge.Add(0, TimeSpan.Zero, TimeSpan.Zero);
        gauge.Add(TimeSpan.FromSeconds(1).Ticks, TimeSpan.FromSeconds(2), TimeSpan.Zero);
        Assert.True(gauge.Reading.IsShort(1));

        gauge.Restart();
        Assert.Equal(default, gauge.Reading);
    }

    [Fact]
    public void Restart_AfterAPause_DoesNotJudgeThePause()
    {
        Sample(0, 0);
        Sample(0, 1);
        _gauge.Restart();
        Sample(2, 0);
        Assert.Equal(0, _gauge.Reading.Number);
    }

    [Fact]
    public void Add_TooSoon_IsLeftForTheNext()
    {
        Sample(0, 0);
        _gauge.Add(_time + 10_000, TimeSpan.FromSeconds(5), TimeSpan.Zero);
        Assert.Equal(0, _gauge.Reading.Number);
    }

    private void Sample(double others, double own)
    {
        _time += s_period;
        _own += TimeSpan.FromTicks((long)(own * s_period));
        _all += TimeSpan.FromTicks((long)((others + own) * s_period));
        _gauge.Add(_time, _all, _own);
    }
}
