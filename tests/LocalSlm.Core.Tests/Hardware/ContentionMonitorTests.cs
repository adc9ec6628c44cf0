using System.Diagnostics;
using LocalSlm.Hardware;

namespace LocalSlm.Tests.Hardware;

public sealed class ContentionMonitorTests
{
    [Fact]
    public void Begin_WhileComputing_SamplesAndThenSleepsAndEnds()
    {
        var usage = new CountingUsage();
        var monitor = new ContentionMonitor(usage);
        WaitFor(() => monitor.Sleeps);
        var asleep = usage.Reads;
        monitor.Begin();
        WaitFor(() => monitor.Reading.Number >= 3);
        Assert.False(monitor.Sleeps);
        monitor.End();
        WaitFor(() => monitor.Sleeps);
        Assert.True(usage.Reads >= asleep + 3);
        monitor.Dispose();
        Assert.True(usage.IsDisposed);
        var ended = usage.Reads;
        monitor.Dispose();
        Assert.Equal(ended, usage.Reads);
    }

    private static void WaitFor(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        Assert.True(
            SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)),
            $"Not reached in {Stopwatch.GetElapsedTime(start)}."
        );
    }

    private sealed class CountingUsage : IProcessorUsage
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public bool IsDisposed { get; private set; }

        public int ProcessorCount => 2;

        public bool TryRead(out TimeSpan all, out TimeSpan own)
        {
            Interlocked.Increment(ref _reads);
            all = own = TimeSpan.Zero;
            return true;
        }

        public void Dispose() => IsDisposed = true;
    }
}
