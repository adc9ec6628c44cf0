using System.Globalization;

namespace LocalSlm.Hardware;

/// <summary>The processors that this process may use.</summary>
/// <param name="LogicalProcessors">Numbers of the logical processors, ascending.</param>
/// <param name="PhysicalCores">How many physical cores they belong to.</param>
/// <param name="Quota">How many processors' worth of time its cgroup grants; <see langword="null"/> without a limit.</param>
internal sealed record ProcessorTopology(IReadOnlyList<int> LogicalProcessors, int PhysicalCores, double? Quota)
{
    /// <summary>The cores of the processors that were asked for last: which processors are siblings does not change.</summary>
    private static Tuple<IReadOnlyList<int>, int>? s_cores;

    /// <summary>Gets how many threads should compute at most: one per physical core, within the quota. A second thread on a core
    /// shares its arithmetic units and only adds waiting.</summary>
    public int ComputeThreads =>
        Quota is { } quota
            ? Math.Max(1, Math.Min(PhysicalCores, (int)Math.Floor(quota + 0.01)))
            : Math.Max(1, PhysicalCores);

    /// <summary>Asks the system. On Linux: the affinity mask, the topology in <c>/sys</c> and the cgroup. Elsewhere:
    /// <see cref="Environment.ProcessorCount"/>, which counts logical processors and honours affinity and job limits.</summary>
    public static ProcessorTopology Detect()
    {
        if (OperatingSystem.IsLinux())
        {
            var status = TryRead("/proc/self/status");
            if (status is not null && ParseAllowed(status) is { Count: > 0 } allowed)
            {
                var known = Volatile.Read(ref s_cores);
                if (known is null || !known.Item1.SequenceEqual(allowed))
                {
                    known = new(allowed, CountCores(allowed, "/sys/devices/system/cpu"));
                    Volatile.Write(ref s_cores, known);
                }

                return new ProcessorTopology(allowed, known.Item2, CgroupFiles.ForThisProcess().GetProcessorQuota());
            }
        }

        var count = Environment.ProcessorCount;
        return new ProcessorTopology([.. Enumerable.Range(0, count)], count, null);
    }

    /// <summary>Finds the affinity mask in the text of <c>/proc/self/status</c> (proc_pid_status(5)).</summary>
    public static IReadOnlyList<int> ParseAllowed(string status)
    {
        const string Name = "Cpus_allowed_list:";
        foreach (var line in status.Split('\n'))
        {
            if (line.StartsWith(Name, StringComparison.Ordinal))
            {
                return ParseList(line[Name.Length..]);
            }
        }

        return [];
    }

    /// <summary>Counts the groups of siblings that processors form: <c>cpuN/topology/thread_siblings_list</c> names all logical
    /// processors of one core.</summary>
    public static int CountCores(IReadOnlyList<int> processors, string folder)
    {
        var cores = new HashSet<string>();
        foreach (var processor in processors)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"cpu{processor}");
            cores.Add(TryRead(Path.Combine(folder, name, "topology", "thread_siblings_list"))?.Trim() ?? name);
        }

        return cores.Count;
    }

    /// <summary>Reads a list such as <c>0-3,8,10-11</c>.</summary>
    public static List<int> ParseList(string text)
    {
        // More than any kernel serves (CONFIG_NR_CPUS is 8192 at most): a longer range is not one of processors.
        const int MostProcessors = 1 << 16;
        var numbers = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var bounds = part.Split('-');
            if (
                int.TryParse(bounds[0], CultureInfo.InvariantCulture, out var first)
                && int.TryParse(bounds[^1], CultureInfo.InvariantCulture, out var last)
                && first >= 0
                && last - first < MostProcessors
            )
            {
                for (var number = first; number <= last; number++)
                {
                    numbers.Add(number);
                }
            }
        }

        return numbers;
    }

    private static string? TryRead(string path)
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
