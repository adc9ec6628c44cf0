using LocalSlm.Testing;

namespace LocalSlm.Tests;

/// <summary>A program that asks llama.cpp for its devices in processes of its own: under <c>dotnet</c> and by its executable.</summary>
public sealed class ProbeChildTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Report_FromAChild_ListsDevicesAndLoadsNothing(bool byDotnet)
    {
        var run = await ReportAsync(byDotnet, "fine");

        Assert.Contains("  llama.cpp 0.4.0", run.Output, StringComparison.Ordinal);
        Assert.Contains("CPU", run.Output, StringComparison.Ordinal);
        Assert.Contains("It was asked in a process of its own.", run.Output, StringComparison.Ordinal);
        Assert.Contains("loaded here: False", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_DriverThatCrashes_IsToldAndTheProgramGoesOn()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Exit codes of signals are Unix's.");
        }

        var run = await ReportAsync(byDotnet: true, "abort");

        Assert.Contains("ended with exit code 134 (aborted)", run.Output, StringComparison.Ordinal);
        Assert.Contains("Its last words: GGML_ASSERT(device) failed", run.Output, StringComparison.Ordinal);
        Assert.Contains("loaded here: False", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Native libraries write to standard output.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_DriverThatHangs_IsEndedAfterTheTimeout()
    {
        var run = await ReportAsync(byDotnet: true, "hang");

        Assert.Contains("did not answer within 5 s and was ended", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_LibraryThatCrashesAtItsEnd_KeepsTheAnswer()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Exit codes of signals are Unix's.");
        }

        var run = await ReportAsync(byDotnet: true, "exit-late");

        Assert.Contains("  llama.cpp 0.4.0", run.Output, StringComparison.Ordinal);
        Assert.Contains("answered, and then ended with exit code 134 (aborted)", run.Output, StringComparison.Ordinal);
    }

    private static async Task<ProbeRun> ReportAsync(bool byDotnet, string behaviour)
    {
        string[] arguments = [TestAssets.NativeDirectory, "report", behaviour];
        var run = byDotnet
            ? await ProbeRun.StartAsync("report", behaviour)
            : await ProbeRun.StartProgramAsync(
                Path.ChangeExtension(ProbeRun.ProbePath, OperatingSystem.IsWindows() ? ".exe" : null),
                arguments
            );
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        return run;
    }
}
