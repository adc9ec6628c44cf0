using System.Globalization;

namespace LocalSlm.Hardware;

/// <summary>How much memory this process may still take.</summary>
internal static class MemoryLimits
{
    /// <summary>Gets the memory that is available now: what the machine has, or what the process's cgroup leaves, whichever is
    /// less.</summary>
    /// <returns>Bytes.</returns>
    public static long GetAvailableBytes()
    {
        var machine = OperatingSystem.IsLinux() ? ReadMemAvailable() : null;
        if (machine is null)
        {
            var info = GC.GetGCMemoryInfo();
            machine = info.TotalAvailableMemoryBytes - info.MemoryLoadBytes;
        }

        return OperatingSystem.IsLinux() && CgroupFiles.ForThisProcess().GetFreeMemoryBytes() is { } inGroup
            ? Math.Min(machine.Value, inGroup)
            : machine.Value;
    }

    /// <summary>Finds <c>MemAvailable</c> in the text of <c>/proc/meminfo</c> (proc_meminfo(5); kibibytes).</summary>
    public static long? ParseMemAvailable(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                var number = line["MemAvailable:".Length..].Trim();
                var end = number.IndexOf(' ');
                return long.TryParse(
                    end < 0 ? number : number[..end],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var kibibytes
                )
                    ? kibibytes << 10
                    : null;
            }
        }

        return null;
    }

    private static long? ReadMemAvailable()
    {
        try
        {
            return ParseMemAvailable(File.ReadAllText("/proc/meminfo"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
