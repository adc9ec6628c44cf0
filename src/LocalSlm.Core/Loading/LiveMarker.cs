using System.Runtime.InteropServices;

namespace LocalSlm.Loading;

/// <summary>The file of a load that is under way. A process that is ended on purpose meanwhile, by its user or by an error elsewhere, was
/// not ended by the load: the file goes then as well.</summary>
internal sealed class LiveMarker : IDisposable
{
    private static readonly PosixSignal[] s_signals =
    [
        PosixSignal.SIGINT,
        PosixSignal.SIGTERM,
        PosixSignal.SIGHUP,
        PosixSignal.SIGQUIT,
    ];

    private static readonly Lock s_gate = new();
    private static readonly HashSet<LiveMarker> s_live = [];
    private static readonly List<PosixSignalRegistration> s_registrations = [];
    private static bool s_watchesExit;

    private readonly StateFolder _folder;
    private readonly FileStream _held;

    /// <param name="folder">Its folder.</param>
    /// <param name="held">The file, which is held until the load ends.</param>
    public LiveMarker(StateFolder folder, FileStream held)
    {
        _folder = folder;
        _held = held;
        lock (s_gate)
        {
            if (s_live.Count == 0)
            {
                Watch();
            }

            s_live.Add(this);
        }
    }

    /// <summary>Ends it: the library has come back.</summary>
    public void Dispose()
    {
        PosixSignalRegistration[] ended = [];
        lock (s_gate)
        {
            if (s_live.Remove(this) && s_live.Count == 0)
            {
                ended = [.. s_registrations];
                s_registrations.Clear();
            }
        }

        // Outside of the lock: it waits for a handler that runs, and that takes the lock.
        foreach (var registration in ended)
        {
            registration.Dispose();
        }

        _folder.Release(_held);
    }

    /// <summary>Without a handler the default of .NET 10 ends the process at once, and no other code runs. What the signal does is not
    /// changed.</summary>
    private static void Watch()
    {
        if (!s_watchesExit)
        {
            s_watchesExit = true;
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => DeleteAll();
            AppDomain.CurrentDomain.UnhandledException += static (_, _) => DeleteAll();
        }

        foreach (var signal in s_signals)
        {
            try
            {
                s_registrations.Add(PosixSignalRegistration.Create(signal, static _ => DeleteAll()));
            }
            catch (Exception error) when (error is PlatformNotSupportedException or IOException)
            {
                // There are no signals here.
            }
        }
    }

    private static void DeleteAll()
    {
        LiveMarker[] live;
        lock (s_gate)
        {
            live = [.. s_live];
        }

        foreach (var marker in live)
        {
            marker._folder.Release(marker._held);
        }
    }
}
