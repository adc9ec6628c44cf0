namespace LocalSlm.OnnxProbe;

/// <summary>Looks, again and again, which sockets this process has open. Linux only; elsewhere it sees none.</summary>
internal sealed class SocketWatch : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(5);

    private readonly HashSet<string> _seen = [];
    private readonly Thread? _thread;
    private volatile bool _stops;

    public SocketWatch()
    {
        if (OperatingSystem.IsLinux())
        {
            _thread = new Thread(Watch) { IsBackground = true, Name = "sockets" };
            _thread.Start();
        }
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>How many different sockets were seen.</returns>
    public int Stop()
    {
        Dispose();
        return _seen.Count;
    }

    public void Dispose()
    {
        _stops = true;
        _thread?.Join();
    }

    private void Watch()
    {
        do
        {
            foreach (var file in new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos())
            {
                // proc_pid_fd(5): a link such as "socket:[12345]". It may be gone again.
                if (file.LinkTarget is { } target && target.StartsWith("socket:", StringComparison.Ordinal))
                {
                    _seen.Add(target);
                }
            }

            Thread.Sleep(s_interval);
        } while (!_stops);
    }
}
