using System.Globalization;

namespace LocalSlm.Hardware.Linux;

/// <summary>Reads the text of <c>/proc/meminfo</c> (proc_meminfo(5); kibibytes).</summary>
internal static class MemoryText
{
    /// <summary>Reads the memory, without the control group.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The memory, or <see langword="null"/> if the text does not tell what there is.</returns>
    public static MemoryInfo? Parse(string text)
    {
        if (Find(text, "MemTotal:") is not { } total)
        {
            return null;
        }

        // Before Linux 3.14 there was no MemAvailable: free pages and caches, as proc_meminfo(5) says it was estimated.
        var available =
            Find(text, "MemAvailable:")
            ?? (Find(text, "MemFree:") ?? 0) + (Find(text, "Buffers:") ?? 0) + (Find(text, "Cached:") ?? 0);
        var swap = Find(text, "SwapTotal:") ?? 0;
        return new MemoryInfo
        {
            TotalBytes = total,
            AvailableBytes = Math.Min(available, total),
            SwapTotalBytes = swap,
            SwapFreeBytes = Math.Min(Find(text, "SwapFree:") ?? 0, swap),
        };
    }

    private static long? Find(string text, string name)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(name, StringComparison.Ordinal))
            {
                continue;
            }

            var number = line[name.Length..].Trim();
            var end = number.IndexOf(' ');
            return
                long.TryParse(
                    end < 0 ? number : number[..end],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var kibibytes
                )
                && kibibytes <= long.MaxValue >> 10
                ? kibibytes << 10
                : null;
        }

        return null;
    }
}
