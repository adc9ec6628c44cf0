using System.Collections.Concurrent;
using System.Globalization;

namespace LocalSlm.Loading;

/// <summary>Remembers how fast devices computed models: on disk, and without a folder in the process. Safe for concurrent use.</summary>
/// <param name="folder">Where.</param>
/// <param name="clock">The clock.</param>
internal sealed class SpeedMemory(StateFolder folder, TimeProvider clock)
{
    private const string Extension = ".speed";

    private static readonly ConcurrentDictionary<string, MeasuredSpeed> s_ofProcess = new();

    /// <summary>Finds a speed that was measured with the same files, placement, driver and library.</summary>
    public MeasuredSpeed? Find(LoadKey key, PlacementCandidate candidate, string? runtimeVersion)
    {
        var name = NameOf(key, candidate, runtimeVersion);
        return !folder.IsThere ? s_ofProcess.GetValueOrDefault(name)
            : folder.Read(folder.PathOf(name)) is { } text ? MeasuredSpeed.Read(text)
            : null;
    }

    /// <summary>Remembers a speed.</summary>
    public void Keep(LoadKey key, PlacementCandidate candidate, string? runtimeVersion, MeasuredSpeed speed)
    {
        var name = NameOf(key, candidate, runtimeVersion);
        if (!folder.IsThere)
        {
            s_ofProcess[name] = speed;
            return;
        }

        folder.Write(name, stream => speed.Write(stream, key, runtimeVersion, clock.GetUtcNow()));
    }

    private static string NameOf(LoadKey key, PlacementCandidate candidate, string? runtimeVersion) =>
        ModelIdentity.Name(
            key.Model.Path,
            key.Model.Bytes.ToString(CultureInfo.InvariantCulture),
            key.Model.ModifiedTicks.ToString(CultureInfo.InvariantCulture),
            key.Runtime,
            runtimeVersion,
            key.Device,
            key.Driver,
            // Fewer layers on the device, or fewer threads, are another speed.
            candidate.GpuLayers.ToString(CultureInfo.InvariantCulture),
            candidate.Threads.ToString(CultureInfo.InvariantCulture)
        ) + Extension;
}
