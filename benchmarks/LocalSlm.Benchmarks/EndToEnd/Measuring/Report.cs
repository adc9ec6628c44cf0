using System.Globalization;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>One Markdown table with the facts behind it.</summary>
internal sealed class Report(string title, string setting, params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine($"### {title}");
        Console.WriteLine();
        Console.WriteLine(Machine.Describe());
        Console.WriteLine(setting);
        Console.WriteLine(QuietGuard.Summary);
        Console.WriteLine();
        Write(columns);
        Write([.. columns.Select((_, index) => index == 0 ? "---" : "--:")]);
        foreach (var row in _rows)
        {
            Write(row);
        }

        Console.WriteLine();
    }

    public static string Number(double value) =>
        value.ToString(
            Math.Abs(value) >= 100 ? "F0"
                : Math.Abs(value) >= 10 ? "F1"
                : "F2",
            CultureInfo.InvariantCulture
        );

    /// <summary>A ratio, which is never rounded up to its target.</summary>
    public static string Ratio(double value) =>
        (Math.Floor(value * 1000) / 1000).ToString("F3", CultureInfo.InvariantCulture);

    private static void Write(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
