using LocalSlm.Hosting.Deployment;
using LocalSlm.Hosting.Peers;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Hosting.Registration;

/// <summary>The guide's tables of foreign keys and variables are those of the code.</summary>
public sealed class GuideTableTests
{
    [Fact]
    public void Environment_OfTheGuide_IsThatOfTheCode() =>
        Compare(
            "from-ollama.md",
            PeerEnvironment.All.Select(static one => Row(one.Name, one.Writes, one.Meaning)),
            static row =>
                row.Contains("OLLAMA_", StringComparison.Ordinal) || row.Contains("FOUNDRY_", StringComparison.Ordinal)
        );

    [Fact]
    public void Deployment_OfTheGuide_IsThatOfTheCode() =>
        Compare(
            "from-foundry-local.md",
            DeploymentKeys.All.Select(static one =>
                Row(one.Path, one.Writes is { } option ? [option] : [], one.Meaning)
            ),
            static row =>
                row.StartsWith("| `deployment:", StringComparison.Ordinal)
                || row.StartsWith("| `performance:", StringComparison.Ordinal)
        );

    // Both ways: no row is missing, and none is left over.
    private static void Compare(string page, IEnumerable<string> expected, Func<string, bool> isOfTheTable)
    {
        var rows = File.ReadLines(Path.Combine(TestAssets.RepositoryRoot, "docs", "guide", page))
            .Where(row =>
                row.StartsWith("| `", StringComparison.Ordinal) && isOfTheTable(row)
                || row.StartsWith("| `CUDA", StringComparison.Ordinal)
            );

        Assert.Equal(expected, rows);
    }

    private static string Row(string name, IReadOnlyList<string> writes, string meaning) =>
        $"| `{name}` | {(writes.Count == 0 ? "nothing" : string.Join(", ", writes.Select(static one => $"`{one}`")))} | {meaning} |";
}
