using LocalSlm.Testing;

namespace LocalSlm.Tests;

public class ReadmeTests
{
    [Fact]
    public void Program_InTheReadme_IsTheCompiledSample()
    {
        var readme = File.ReadAllText(Path.Combine(TestAssets.RepositoryRoot, "README.md")).ReplaceLineEndings("\n");
        var sample = File.ReadAllText(Path.Combine(TestAssets.RepositoryRoot, "samples", "Quickstart", "Program.cs"));

        Assert.Contains($"```csharp\n{sample.ReplaceLineEndings("\n")}```\n", readme, StringComparison.Ordinal);
    }
}
