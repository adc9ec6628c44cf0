using System.Diagnostics;
using LocalSlm.Hardware;

namespace LocalSlm.Tests.Hardware;

public sealed class ThreadGovernorTests
{
    private static readonly long s_millisecond = Stopwatch.Frequency / 1000;

    private readonly ThreadGovernor _governor = new(maxThreads: 2);

    [Fact]
    public void Choose_NothingKnown_TakesAllThreads() => Assert.Equal(2, _governor.Choose(default, 2, 0));

    [Fact]
    public void Choose_OneHighSample_TakesOneThreadUntilThreeAreClear()
    {
        Assert.Equal(1, _governor.Choose(new ContentionReading(5, 1, 2, 2), 2, 0));
        Assert.Equal(1, _governor.Choose(new ContentionReading(6, 2, 1, 2), 2, 0));
        Assert.Equal(1, _governor.Choose(new ContentionReading(7, 2, 2, 1), 2, 0));
        Assert.Equal(2, _governor.Choose(new ContentionReading(8, 2, 2, 2), 2, 0));
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(4, 4)]
    [InlineData(1, 1)]
    [InlineData(0, 1)]
    [InlineData(99, 8)]
    public void Choose_ShareOfTheCores_TakesItAndAtLeastOne(int share, int threads) =>
        Assert.Equal(threads, new ThreadGovernor(8).Choose(default, share, 0));

    [Fact]
    public void Choose_ShareGrowsAgain_TakesItAtOnce()
    {
        Assert.Equal(1, _governor.Choose(new ContentionReading(5, 2, 2, 2), 1, 0));
        Assert.Equal(2, _governor.Choose(new ContentionReading(5, 2, 2, 2), 2, 1));
    }

    [Fact]
    public void Choose_ManyCoresOfWhichOthersTakeSome_TakesTheRest()
    {
        var governor = new ThreadGovernor(8);
        Assert.Equal(5, governor.Choose(new ContentionReading(3, 5, 8, 8), 8, 0));
        Assert.Equal(5, governor.Choose(new ContentionReading(4, 7, 5, 8), 8, 0));
        Assert.Equal(6, governor.Choose(new ContentionReading(6, 7, 6, 7), 8, 0));
        Assert.Equal(1, governor.Choose(new ContentionReading(7, 0, 7, 6), 8, 0));
    }

    [Fact]
    public void GetDeadline_KnownStep_IsOneAndAHalfTimesAsLong()
    {
        Assert.Equal(long.MaxValue, _governor.GetDeadline(2, 1, 0));
        _governor.Finished(1, 1, 10 * s_millisecond);
        Assert.Equal(15 * s_millisecond, _governor.GetDeadline(2, 1, 0));
        Assert.Equal(long.MaxValue, _governor.GetDeadline(1, 1, 0));

        // A batch of another size is another matter.
        Assert.Equal(long.MaxValue, _governor.GetDeadline(2, 256, 0));
    }

    [Fact]
    public void GetDeadline_OnlyManyThreadsKnown_AllowsForPerfectSpeedup()
    {
        _governor.Finished(2, 1, 6 * s_millisecond);
        Assert.Equal(18 * s_millisecond, _governor.GetDeadline(2, 1, 0));
    }

    [Fact]
    public void Aborted_WithClearSamples_WaitsForThreeNewOnes()
    {
        Assert.Equal(2, _governor.Choose(new ContentionReading(10, 2, 2, 2), 2, 0));
        Assert.Equal(1, _governor.Aborted(new ContentionReading(10, 2, 2, 2), 0));
        Assert.Equal(1, _governor.Choose(new ContentionReading(12, 2, 2, 2), 2, 0));
        Assert.Equal(2, _governor.Choose(new ContentionReading(13, 2, 2, 2), 2, 0));
        Assert.Equal(1, _governor.AbortCount);
    }

    [Fact]
    public void Aborted_WithoutSamples_PausesLongerEachTime()
    {
        _governor.Aborted(default, 0);
        Assert.Equal(1, _governor.Choose(default, 2, 499 * s_millisecond));
        Assert.Equal(2, _governor.Choose(default, 2, 501 * s_millisecond));
        _governor.Aborted(default, 501 * s_millisecond);
        Assert.Equal(1, _governor.Choose(default, 2, 1_100 * s_millisecond));
        Assert.Equal(2, _governor.Choose(default, 2, 1_502 * s_millisecond));
    }

    [Fact]
    public void Aborted_ManyThreads_HalvesThem()
    {
        var governor = new ThreadGovernor(8);
        Assert.Equal(4, governor.Aborted(new ContentionReading(3, 8, 8, 8), 0));
        Assert.Equal(1, governor.Aborted(new ContentionReading(3, 1, 8, 8), 0));
    }
}
