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
        var names = Directory
            .EnumerateFiles(Path.Combine(TestAssets.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file =>
                !file.Contains(
                    $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                    StringComparison.Ordinal
                )
            )
            .SelectMany(static file =>
                Name.Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value)
            )
            .Distinct()
            .ToList();

        Assert.Contains("localslm.generate", names);
        Assert.All(names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

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
}
