namespace LocalSlm.Hardware;

/// <summary>Keeps native work out of the end of the process. C's <c>exit</c> destroys the libraries' static tables while background
/// threads still run; one that computes, loads or tokenises just then dies of it and takes the exit code along.</summary>
internal static class ProcessExitGate
{
    /// <summary>The longest that the end of the process waits for native work, which is asked to stop.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    [ThreadStatic]
    private static int s_own;

    private static int s_installed;
    private static int s_running;
    private static bool s_closed;

    /// <summary>Gets a value indicating whether the process ends: long native work stops then.</summary>
    public static bool IsClosed => Volatile.Read(ref s_closed);

    /// <summary>Watches for the end of the process; called when a native library is loaded. Later calls do nothing.</summary>
    public static void Install()
    {
        if (Interlocked.Exchange(ref s_installed, 1) == 0)
        {
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => Close();
        }
    }

    /// <summary>Begins native work.</summary>
    /// <returns><see langword="false"/> if the process ends; otherwise <see cref="Leave"/> must follow, on this thread.</returns>
    public static bool TryEnter()
    {
        // A full fence: either the end of the process sees this work, or this work sees the end.
        Interlocked.Increment(ref s_running);
        s_own++;
        if (!IsClosed)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Ends native work.</summary>
    public static void Leave()
    {
        s_own--;
        Interlocked.Decrement(ref s_running);
    }

    private static void Close()
    {
        Volatile.Write(ref s_closed, true);
        Interlocked.MemoryBarrier();

        // What this very thread does in native code (a callback of a load may end the process) goes no further.
        var own = s_own;
        SpinWait.SpinUntil(() => Volatile.Read(ref s_running) <= own, s_patience);
    }
}
