namespace LocalSlm.Loading;

/// <summary>Remembers loads that are under way, so that the next process knows which one ended this process. Each load has a file of its
/// own: nobody changes another one's. Safe for concurrent use, also by several processes.</summary>
/// <param name="folder">Where.</param>
/// <param name="clock">The clock.</param>
internal sealed class CrashMarkers(StateFolder folder, TimeProvider clock)
{
    private const string Extension = ".loading";

    private static int s_count;

    /// <summary>Finds the load of the same files, on the same device with the same driver, that ended its process.</summary>
    /// <returns>When it began, and the file that remembers it; <see langword="null"/> for none.</returns>
    public (CrashMarker Marker, string File)? FindCrash(LoadKey key)
    {
        foreach (var file in folder.Find($"{NameOf(key)}.*{Extension}"))
        {
            // A file that cannot be read, or is no JSON after a loss of power, tells nothing.
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

        var name = $"{NameOf(key)}.{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}{Extension}";
        var marker = new CrashMarker(key, ProcessIdentity.Current, clock.GetUtcNow());
        return folder.Write(name, marker.Write) ? new LiveMarker(folder, folder.PathOf(name)) : null;
    }

    private static string NameOf(LoadKey key) => ModelIdentity.Name(key.Model.Path, key.Runtime, key.Device);
}
