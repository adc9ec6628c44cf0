using System.Diagnostics;

namespace LocalSlm.Hardware;

/// <summary>Divides the cores among the models of this process that compute at the moment, and lets them share one
/// <see cref="ContentionMonitor"/>. Two models whose threads exceed the cores together run at a fraction of their speed.</summary>
internal sealed class ProcessorShare : IDisposable
{
    /// <summary>So many models can be told apart; beyond, each gets one core anyhow.</summary>
    private const int MostBusy = 64;

    /// <summary>Between two steps a model is busy still: choosing a token takes no longer.</summary>
    private static readonly long s_graceTicks = Stopwatch.Frequency / 20;

    private static readonly Lock s_gate = new();
    private static readonly List<ProcessorShare> s_members = [];
    private static ContentionMonitor? s_monitor;
    private static int s_monitorUsers;

    private readonly ContentionMonitor? _monitor;
    private readonly bool _usesMonitor;
    private readonly int _cores;
    private int _wanted;
    private long _lastEnd;
    private bool _computing;
    private bool _disposed;

    private ProcessorShare(ContentionMonitor? monitor, bool usesMonitor, int cores)
    {
        _monitor = monitor;
        _usesMonitor = usesMonitor;
        _cores = cores;
        _lastEnd = long.MinValue;
    }

    /// <summary>Gets how many members there are in this process.</summary>
    public static int MemberCount
    {
        get
        {
            lock (s_gate)
            {
                return s_members.Count;
            }
        }
    }

    /// <summary>Gets the load that other programs put on the machine; empty where it is not watched.</summary>
    public ContentionReading Reading => _monitor?.Reading ?? default;

    /// <summary>Adds a model.</summary>
    /// <param name="watchesLoad">Whether the load of other programs is to be sampled.</param>
    /// <param name="topology">The processors of this process.</param>
    public static ProcessorShare Join(bool watchesLoad, ProcessorTopology topology)
    {
        lock (s_gate)
        {
            if (watchesLoad)
            {
                if (s_monitor is null && OperatingSystem.IsLinux())
                {
                    s_monitor = LinuxProcessorUsage.TryOpen(topology.LogicalProcessors) is { } usage
                        ? new ContentionMonitor(usage)
                        : null;
                }

                s_monitorUsers++;
            }

            var share = new ProcessorShare(watchesLoad ? s_monitor : null, watchesLoad, topology.ComputeThreads);
            s_members.Add(share);
            return share;
        }
    }

    /// <summary>Says that this model begins a step.</summary>
    /// <param name="wanted">The most threads that it can use.</param>
    /// <returns>How many it should use beside the other models that compute: all that it wants while it is alone.</returns>
    public int Begin(int wanted)
    {
        _monitor?.Begin();
        var now = Stopwatch.GetTimestamp();
        Span<int> wants = stackalloc int[MostBusy];
        var busy = 0;
        var own = 0;
        lock (s_gate)
        {
            _computing = true;
            _wanted = wanted;
            foreach (var member in s_members)
            {
                if (busy < MostBusy && (member._computing || member._lastEnd > now - s_graceTicks))
                {
                    own = member == this ? busy : own;
                    wants[busy++] = member._wanted;
                }
            }
        }

        return CoreDivision.ShareOf(own, wants[..busy], _cores);
    }

    /// <summary>Says that the step has ended.</summary>
    public void End()
    {
        _monitor?.End();
        lock (s_gate)
        {
            _computing = false;
            _lastEnd = Stopwatch.GetTimestamp();
        }
    }

    public void Dispose()
    {
        ContentionMonitor? unused = null;
        lock (s_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            s_members.Remove(this);
            if (_usesMonitor && --s_monitorUsers == 0)
            {
                unused = s_monitor;
                s_monitor = null;
            }
        }

        unused?.Dispose();
    }
}
