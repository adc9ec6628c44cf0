using LocalSlm.Testing;

namespace LocalSlm.Tests;

public class ConfigurationReferenceTests
{
    private const string Variable = "LOCALSLM_WRITE_DOCS";

    private static string Page => Path.Combine(TestAssets.RepositoryRoot, "docs", "guide", "configuration.md");

    [Fact]
    public void Page_OfTheConfiguration_IsWhatTheOptionsSay()
    {
        var expected = ConfigurationReference.Write();
        if (Environment.GetEnvironmentVariable(Variable) == "1")
        {
            File.WriteAllText(Page, expected);
        }

        var actual = File.Exists(Page) ? File.ReadAllText(Page).ReplaceLineEndings("\n") : "";
        Assert.True(
            expected == actual,
            "docs/guide/configuration.md does not say what the options do now. Run "
                + $"{Variable}=1 dotnet run --project tests/LocalSlm.Architecture.Tests -- -class \"*ConfigurationReferenceTests\" and commit it."
        );
    }

    [Fact]
    public void Page_EveryOption_HasAMeaning()
    {
        var rows = ConfigurationReference
            .Write()
            .Split('\n')
            .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
            .ToList();

        Assert.True(rows.Count > 60, $"The page has {rows.Count} rows.");
        Assert.All(rows, static row => Assert.True(row.Split(" | ")[^1].Length > 20, row));
        Assert.Contains(
            rows,
            static row =>
                row.StartsWith("| `ContextTokens` | number |", StringComparison.Ordinal)
                && row.EndsWith("*chat* |", StringComparison.Ordinal)
        );
        Assert.Contains(
            rows,
            static row =>
                row.StartsWith("| `Threads` | number |", StringComparison.Ordinal)
                && !row.Contains("*chat*", StringComparison.Ordinal)
        );
    }
}
