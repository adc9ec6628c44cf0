using System.Globalization;
using System.Text;

namespace LocalSlm;

/// <summary>Writes a report as text: a heading word in the first column, wrapped facts beside it.</summary>
internal static class HardwareTable
{
    private const int HeadingWidth = 12;
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Write(HardwareReport report)
    {
        var text = new StringBuilder();
        Line(text, "Processor", report.Processor.ToString());
        if (report.Processor.InstructionSets.Count > 0)
        {
            Line(text, "", string.Join(", ", report.Processor.InstructionSets));
        }

        Line(text, "Memory", Describe(report.Memory));
        Line(text, "Devices", report.Devices.Count == 0 ? "no graphics or neural processor" : "");
        foreach (var device in report.Devices)
        {
            Write(text, device);
        }

        Line(text, "Runtimes", report.Runtimes.Count == 0 ? "none was asked" : "");
        foreach (var runtime in report.Runtimes)
        {
            Entry(text, runtime.ToString());
            foreach (var note in runtime.Notes)
            {
                Detail(text, note);
            }
        }

        if (report.Problems.Count > 0)
        {
            Line(text, "Problems", "");
            foreach (var problem in report.Problems)
            {
                Entry(text, problem);
            }
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>Gives bytes in the largest unit of which there is one at least: <c>7.9 GiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (Math.Abs(value) >= 1024 && unit < s_units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return value.ToString(unit == 0 ? "F0" : "F1", CultureInfo.InvariantCulture) + " " + s_units[unit];
    }

    /// <summary>Gives the word for a kind.</summary>
    public static string Kind(ComputeDeviceKind kind) =>
        kind switch
        {
            ComputeDeviceKind.Cpu => "CPU",
            ComputeDeviceKind.Gpu => "GPU",
            ComputeDeviceKind.IntegratedGpu => "integrated GPU",
            _ => "NPU",
        };

    /// <summary>Puts a text that may come from a driver into one line.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static void Write(StringBuilder text, HardwareDevice device)
    {
        Entry(text, device.ToString());
        foreach (var seen in device.Runtimes)
        {
            Detail(text, seen.ToString());
        }

        if (device.Problem is { } problem)
        {
            Detail(text, $"not used: {problem}");
        }
    }

    private static string Describe(MemoryInfo memory)
    {
        var text = $"{Bytes(memory.TotalBytes)}, {Bytes(memory.AvailableBytes)} available";
        if (memory.CgroupLimitBytes is { } limit)
        {
            text +=
                $"; control group: {Bytes(limit)}, {Bytes(memory.CgroupUsedBytes ?? 0)} used; usable {Bytes(memory.UsableBytes)}";
        }

        return memory.SwapTotalBytes > 0
            ? $"{text}; swap {Bytes(memory.SwapTotalBytes)}, {Bytes(memory.SwapFreeBytes)} free"
            : $"{text}; no swap";
    }

    private static void Line(StringBuilder text, string heading, string words) =>
        text.Append((heading.PadRight(HeadingWidth) + OneLine(words)).TrimEnd()).Append('\n');

    private static void Entry(StringBuilder text, string words) =>
        text.Append("  ").Append(OneLine(words)).Append('\n');

    private static void Detail(StringBuilder text, string words) =>
        text.Append("    - ").Append(OneLine(words)).Append('\n');
}
