using System.Globalization;

namespace LocalSlm.Hardware;

/// <summary>Reads the limits of the control group that this process runs in, version 2 and version 1 (cgroups(7)).</summary>
internal sealed class CgroupFiles
{
    private readonly string _mount;
    private readonly string? _unified;
    private readonly Dictionary<string, string> _controllers = [];

    /// <summary>Creates a reader.</summary>
    /// <param name="membership">The text of <c>/proc/self/cgroup</c>.</param>
    /// <param name="mount">Where the file systems are mounted, usually <c>/sys/fs/cgroup</c>.</param>
    public CgroupFiles(string membership, string mount)
    {
        _mount = mount;
        foreach (var line in membership.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(':', 3);
            if (parts.Length != 3)
            {
                continue;
            }

            if (parts[1].Length == 0)
            {
                _unified = parts[2];
            }

            foreach (var controller in parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                _controllers[controller] = parts[2];
            }
        }
    }

    /// <summary>Reads the membership of this process.</summary>
    public static CgroupFiles ForThisProcess() => new(Read("/proc/self/cgroup") ?? string.Empty, "/sys/fs/cgroup");

    /// <summary>Gets how much memory the group leaves, in bytes; <see langword="null"/> without a limit.</summary>
    public long? GetFreeMemoryBytes() =>
        GetMemory() is { } memory ? Math.Max(0, memory.LimitBytes - memory.UsedBytes) : null;

    /// <summary>Gets the tightest limit on memory, of the group or one of its parents, and what is used of it, in bytes; pages of files
    /// that were not used lately count as free. <see langword="null"/> without a limit.</summary>
    public (long LimitBytes, long UsedBytes)? GetMemory()
    {
        (long LimitBytes, long UsedBytes)? tightest = null;
        foreach (var folder in UnifiedFolders())
        {
            Consider(folder, "memory.max", "memory.current", "inactive_file ");
        }

        foreach (var folder in ControllerFolders("memory"))
        {
            Consider(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ");
        }

        return tightest;

        void Consider(string folder, string limitFile, string usageFile, string reclaimable)
        {
            // Version 1 writes "no limit" as a number near 2^63, version 2 as "max". Under a limit of nothing no process could run.
            const long NoLimit = 1L << 60;
            if (
                ReadNumber(Path.Combine(folder, limitFile)) is { } limit and > 0 and < NoLimit
                && ReadNumber(Path.Combine(folder, usageFile)) is { } usage and >= 0
            )
            {
                // Pages of files that were not used lately are counted as usage but given back when memory is wanted.
                var inactive = FindNumber(Read(Path.Combine(folder, "memory.stat")), reclaimable) ?? 0;
                var used = Math.Max(0, usage - Math.Max(0, inactive));
                if (tightest is not { } known || limit - used < known.LimitBytes - known.UsedBytes)
                {
                    tightest = (limit, used);
                }
            }
        }
    }

    /// <summary>Gets how many processors' worth of time the group may use; <see langword="null"/> without a limit.</summary>
    public double? GetProcessorQuota()
    {
        double? quota = null;
        foreach (var folder in UnifiedFolders())
        {
            // cpu.max: "quota period" in microseconds, or "max period".
            var parts = (Read(Path.Combine(folder, "cpu.max")) ?? string.Empty).Split(
                ' ',
                StringSplitOptions.TrimEntries
            );
            if (parts.Length == 2)
            {
                Consider(Parse(parts[0]), Parse(parts[1]));
            }
        }

        foreach (var folder in ControllerFolders("cpu"))
        {
            Consider(
                ReadNumber(Path.Combine(folder, "cpu.cfs_quota_us")),
                ReadNumber(Path.Combine(folder, "cpu.cfs_period_us"))
            );
        }

        return quota;

        void Consider(long? time, long? period)
        {
            if (time is > 0 && period is > 0)
            {
                quota = Math.Min(quota ?? double.MaxValue, (double)time.Value / period.Value);
            }
        }
    }

    /// <summary>The group's folder and its parents: a limit of any of them holds. In a container the mount may show the group
    /// itself as its root, so the mount comes last in any case.</summary>
    private IEnumerable<string> UnifiedFolders() => _unified is null ? [] : Ancestors(_mount, _unified);

    private IEnumerable<string> ControllerFolders(string controller) =>
        _controllers.TryGetValue(controller, out var path) ? Ancestors(Path.Combine(_mount, controller), path) : [];

    private static IEnumerable<string> Ancestors(string mount, string path)
    {
        for (var rest = path.Trim('/'); rest.Length > 0; )
        {
            yield return Path.Combine(mount, rest);
            var slash = rest.LastIndexOf('/');
            rest = slash < 0 ? string.Empty : rest[..slash];
        }

        yield return mount;
    }

    private static long? ReadNumber(string path) => Parse(Read(path)?.Trim());

    private static long? Parse(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static long? FindNumber(string? text, string name)
    {
        foreach (var line in (text ?? string.Empty).Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return Parse(line[name.Length..]);
            }
        }

        return null;
    }

    private static string? Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
