namespace LocalSlm.Loading;

/// <summary>Remembers loads that are under way, so that the next process knows which one ended this process. Each load has a file of its
/// own, which it keeps open and locked: nobody changes another one's, and the end of a process, however it comes, gives its files free. Safe
/// for concurrent use, also by several processes and containers.</summary>
/// <param name="folder">Where.</param>
/// <param name="clock">The clock.</param>
internal sealed class CrashMarkers(StateFolder folder, TimeProvider clock)
{
    private const string Extension = ".loading";

    /// <summary>Finds the load of the same files, on the same device with the same driver, that ended its process.</summary>
    /// <returns>When it began, and the file that remembers it; <see langword="null"/> for none.</returns>
    public (CrashMarker Marker, string File)? FindCrash(LoadKey key)
    {
        foreach (var file in folder.Find($"{NameOf(key)}.*{Extension}"))
        {
            // A file that is held belongs to a load that is under way. One that cannot be read, or is no JSON after a loss of power, tells
            // nothing.
            if (folder.Read(file) is not { } text || CrashMarker.Read(text) is not { } marker)
            {
                continue;
            }

            if (marker.Process.HasEnded)
            {
                if (marker.Key == key)
                {
                    return (marker, file);
                }

                // Another file is there under this name since, or another driver.
                folder.Delete(file);
            }
        }

        return null;
    }

    /// <summary>Forgets the loads of a model on a device that ended their processes.</summary>
    public void Forget(LoadKey key)
    {
        while (FindCrash(key) is { } crash)
        {
            folder.Delete(crash.File);
            if (File.Exists(crash.File))
            {
                return;
            }
        }
    }

    /// <summary>Remembers that a load begins.</summary>
    /// <returns>Ends that, when the library has come back; <see langword="null"/> where it cannot be remembered.</returns>
    public IDisposable? Begin(LoadKey key)
    {
        if (!folder.IsThere)
        {
            return null;
        }

        // Not by the process id: in containers, every process may be number 1.
        var name = $"{NameOf(key)}.{Guid.NewGuid():N}{Extension}";
        var marker = new CrashMarker(key, ProcessIdentity.Current, clock.GetUtcNow());
        return folder.Hold(name, marker.Write) is { } held ? new LiveMarker(folder, held) : null;
    }

    private static string NameOf(LoadKey key) => ModelIdentity.Name(key.Model.Path, key.Runtime, key.Device);
}
