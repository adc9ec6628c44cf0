using LocalSlm.Hardware;

namespace LocalSlm.Tests.Hardware;

public sealed class LinuxProcessorUsageTests
{
    // Written after the table in proc_stat(5): user nice system idle iowait irq softirq steal guest guest_nice.
    private const string Text = """
        cpu  111 0 22 900 5 3 4 50 0 0
        cpu0 10 1 2 400 5 3 4 50 0 0
        cpu1 100 0 20 500 0 0 0 0 0 0
        cpu10 1000 0 0 0 0 0 0 0 0 0
        intr 12345 0 0
        """;

    [Theory]
    [InlineData(new[] { true, true }, 10 + 1 + 2 + 3 + 4 + 100 + 20)]
    [InlineData(new[] { false, true }, 120)]
    [InlineData(new[] { true }, 20)]
    [InlineData(new bool[0], 0)]
    public void SumBusy_OfChosenProcessors_LeavesOutIdleWaitingAndSteal(bool[] counted, long expected) =>
        Assert.Equal(expected, LinuxProcessorUsage.SumBusy(System.Text.Encoding.ASCII.GetBytes(Text), counted));

    [Fact]
    public void SumBusy_OfATruncatedText_CountsWhatIsThere() =>
        Assert.Equal(17, LinuxProcessorUsage.SumBusy("cpu0 10 0 7"u8, [true]));

    [Fact]
    public void TryRead_OnThisMachine_GrowsAndAllocatesNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /proc/stat.");
        using var usage = LinuxProcessorUsage.TryOpen(ProcessorTopology.Detect().LogicalProcessors);
        Assert.NotNull(usage);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(usage.TryRead(out _, out _));
        }

        Assert.True(usage.TryRead(out var all, out var own));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var good = usage.TryRead(out var laterAll, out var laterOwn);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(good);
        Assert.True(laterAll >= all && all > TimeSpan.Zero);
        Assert.True(laterOwn >= own && own > TimeSpan.Zero);
    }
}
