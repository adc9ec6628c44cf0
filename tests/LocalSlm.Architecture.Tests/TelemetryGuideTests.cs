using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using LocalSlm.Testing;

namespace LocalSlm.Tests;

/// <summary>The guide's tables name everything that is measured.</summary>
public partial class TelemetryGuideTests
{
    private static string Page =>
        File.ReadAllText(Path.Combine(TestAssets.RepositoryRoot, "docs", "guide", "telemetry.md"));

    [Fact]
    public async Task Instruments_OfTheMeter_AreTheRowsOfTheGuide()
    {
        var instruments = new Dictionary<string, string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "LocalSlm")
                {
                    lock (instruments)
                    {
                        instruments[instrument.Name] =
                            $"| `{instrument.Name}` | {instrument.Unit} | {KindOf(instrument)} |";
                    }
                }
            },
        };
        listener.Start();
        // The meter is made with the first engine.
        await using var model = await LocalModel.LoadAsync(new FakeModelRuntime(), "fake:any");

        var rows = Page.Split('\n')
            .Where(static line => line.StartsWith("| `localslm.", StringComparison.Ordinal))
            .Select(static line => string.Join(" |", line.Split(" |").Take(3)) + " |");

        Assert.Contains("localslm.decode.rate", instruments.Keys);
        Assert.Equal(instruments.Values.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    /// <summary>Tags and spans are texts in the source; whatever begins like one must be told.</summary>
    [Fact]
    public void Names_InTheSource_AreInTheGuide()
    {
        var page = Page;
        var names = SourceFiles()
            .SelectMany(static file =>
                Name.Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value)
            )
            .Distinct()
            .ToList();

        Assert.Contains("localslm.generate", names);
        Assert.All(names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    /// <summary>Every log message has a row with its id and level.</summary>
    [Fact]
    public void LogMessages_InTheSource_AreTheRowsOfTheGuide()
    {
        var messages = SourceFiles()
            .SelectMany(static file =>
                Message.Matches(File.ReadAllText(file)).Select(match => $"| {IdOf(file, match)} | {LevelOf(match)} |")
            )
            .Distinct();
        var rows = Row.Matches(Page).Select(static match => match.Value).ToList();

        Assert.Contains("| 20 | Warning |", rows);
        Assert.Equal(messages.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    private static string IdOf(string file, Match message)
    {
        var id = message.Groups["id"].Value;
        return id.Length < 3 && file.Contains("LocalSlm.Onnx", StringComparison.Ordinal) ? $"`LocalSlm.Onnx` {id}" : id;
    }

    // A message without a level is given one with each line of a native library.
    private static string LevelOf(Match message) =>
        message.Groups["level"] is { Success: true } level ? level.Value : "as it comes";

    private static IEnumerable<string> SourceFiles() =>
        Directory
            .EnumerateFiles(Path.Combine(TestAssets.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file =>
                !file.Contains(
                    $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                    StringComparison.Ordinal
                )
            );

    private static string KindOf(Instrument instrument) =>
        instrument.GetType().Name.Split('`')[0] switch
        {
            "Histogram" => "histogram",
            "Counter" => "counter",
            "UpDownCounter" => "up-down counter",
            "ObservableUpDownCounter" => "observable up-down counter",
            "ObservableGauge" => "observable gauge",
            "ObservableCounter" => "observable counter",
            var other => other,
        };

    [GeneratedRegex("\"(localslm\\.[a-z_.]+)\"")]
    private static partial Regex Name { get; }

    [GeneratedRegex(
        "\\[LoggerMessage\\(\\s*(?:EventId = )?(?<id>[0-9]+),(?:(?!\\)\\]).)*?(?:LogLevel\\.(?<level>[A-Za-z]+)|\\)\\])",
        RegexOptions.Singleline
    )]
    private static partial Regex Message { get; }

    [GeneratedRegex("^\\| (?:`LocalSlm.Onnx` )?[0-9]+ \\| [A-Za-z ]+ \\|", RegexOptions.Multiline)]
    private static partial Regex Row { get; }
}
