using System.Diagnostics;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Samples;

/// <summary>Runs the search sample as a user does, in a process of its own, on the model that the build restores.</summary>
public class SemanticSearchSampleTests
{
    [Theory]
    [InlineData("How do I keep my data safe from a fire?", "work.md")]
    [InlineData("Why does the ocean rise and fall?", "sea.md")]
    [InlineData("baking without bought yeast", "bread.md")]
    [InlineData("plant disease in wet summers", "garden.md")]
    public async Task Search_QuestionInOtherWords_FindsTheRightFileFirst(string query, string file)
    {
        var (exit, output, notices) = await RunAsync("--top", "2", query);

        Assert.True(exit == 0, notices);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains(file, lines[0], StringComparison.Ordinal);
        Assert.Contains("12 passages", notices, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_ModelThatIsNotThere_NamesIt()
    {
        var (exit, output, notices) = await RunAsync("--model", "absent.gguf", "anything");

        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("absent.gguf", notices, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", notices, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Notices)> RunAsync(params string[] arguments)
    {
        // The sample is built as this test is: bin/<configuration>/<framework>.
        var built = Path.GetRelativePath(
            Path.Combine(TestAssets.RepositoryRoot, "tests", "LocalSlm.Hosting.Tests"),
            AppContext.BaseDirectory
        );
        var program = Path.Combine(TestAssets.RepositoryRoot, "samples", "SemanticSearch", built, "SemanticSearch.dll");
        var host =
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var notices = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return (process.ExitCode, await output, await notices);
    }
}
