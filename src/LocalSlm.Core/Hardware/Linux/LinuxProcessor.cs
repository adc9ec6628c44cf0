using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalSlm.Hardware.Linux;

/// <summary>Reads the processor from <c>/proc/cpuinfo</c> and <c>/sys/devices</c>.</summary>
internal static class LinuxProcessor
{
    private const string Processors = "sys/devices/system/cpu";

    /// <summary>Cores count as fast from this part of the fastest one's capacity or clock on: cores of one kind differ by a few percent,
    /// frugal ones by a quarter and more.</summary>
    private const double FastPart = 0.8;

    public static ProcessorInfo Read(SystemFiles files)
    {
        // Each processor has a section; the first is enough, and 64 KiB hold it.
        var text = files.Read("proc/cpuinfo") ?? string.Empty;
        var allowed = ProcessorTopology.ParseAllowed(files.Read("proc/self/status") ?? string.Empty);
        if (allowed.Count == 0)
        {
            allowed = [.. Enumerable.Range(0, Environment.ProcessorCount)];
        }

        var cores = ProcessorTopology.CountCores(allowed, files.Locate(Processors));
        var groups = new CgroupFiles(files.Read("proc/self/cgroup") ?? string.Empty, files.Locate("sys/fs/cgroup"));
        var topology = new ProcessorTopology(allowed, cores, groups.GetProcessorQuota());
        return new ProcessorInfo
        {
            Name = FindName(files, text) ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Architecture = RuntimeInformation.ProcessArchitecture,
            InstructionSets = InstructionSets.Detect(ParseFlags(text)),
            PhysicalCores = cores,
            LogicalProcessors = allowed.Count,
            PerformanceCores = FindFast(files, allowed) is { } fast
                ? ProcessorTopology.CountCores(fast, files.Locate(Processors))
                : null,
            CgroupQuota = topology.Quota,
            ComputeThreads = topology.ComputeThreads,
        };
    }

    /// <summary>Finds the words of the first section that name instruction sets: <c>flags</c> on x86, <c>Features</c> on Arm.</summary>
    public static IReadOnlySet<string> ParseFlags(string text) =>
        (Find(text, "flags") ?? Find(text, "Features") ?? string.Empty)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>Finds the fast ones among processors that are not all alike.</summary>
    /// <returns>Their numbers, or <see langword="null"/> where all are alike or nothing is told.</returns>
    public static IReadOnlyList<int>? FindFast(SystemFiles files, IReadOnlyList<int> processors)
    {
        // Processors with cores of two kinds have a counter unit for each (perf_event_open(2), Intel hybrid).
        if (files.Read("sys/devices/cpu_core/cpus") is { } listed)
        {
            var fast = ProcessorTopology.ParseList(listed).Intersect(processors).ToList();
            return fast.Count == 0 || fast.Count == processors.Count ? null : fast;
        }

        return FindFast(files, processors, "cpu_capacity") ?? FindFast(files, processors, "cpufreq/cpuinfo_max_freq");
    }

    private static List<int>? FindFast(SystemFiles files, IReadOnlyList<int> processors, string file)
    {
        var figures = new List<long>(processors.Count);
        foreach (var processor in processors)
        {
            var text = files.Read(string.Create(CultureInfo.InvariantCulture, $"{Processors}/cpu{processor}/{file}"));
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var figure))
            {
                return null;
            }

            figures.Add(figure);
        }

        var most = figures.Max();
        var fast = processors.Where((_, index) => figures[index] >= most * FastPart).ToList();
        return fast.Count == processors.Count ? null : fast;
    }

    private static string? FindName(SystemFiles files, string text) =>
        // Arm's sections name no model, but the device tree names the board (Devicetree Specification 0.4, 2.3.2).
        Find(text, "model name")
        ?? Find(text, "Model")
        ?? NullIfEmpty(files.Read("sys/firmware/devicetree/base/model")?.Trim('\0').Trim());

    private static string? Find(string text, string name)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var colon = line.IndexOf(':');
            if (colon > 0 && line[..colon].Trim().SequenceEqual(name))
            {
                return NullIfEmpty(line[(colon + 1)..].Trim().ToString());
            }
        }

        return null;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
