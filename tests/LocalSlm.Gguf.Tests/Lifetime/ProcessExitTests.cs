using LocalSlm.Testing;

namespace LocalSlm.Tests.Lifetime;

/// <summary>A process may end at any time without disposing anything; it must neither hang nor die of it.</summary>
[Collection("native")]
public sealed class ProcessExitTests
{
    [Theory]
    [InlineData("return", "computing")]
    [InlineData("exit", "computing")]
    [InlineData("exit-loading", "loading")]
    public async Task Exit_WhileTheModelWorks_EndsTheProcessWithItsOwnCode(string way, string lastWord)
    {
        // A race: once in ten times or so, a process dies that takes no care.
        for (var time = 0; time < 4; time++)
        {
            var run = await ProbeRun.StartAsync("leave", way, TestAssets.MiniMindPath);

            Assert.Equal((lastWord, "", 0), (run.Output.Trim(), run.Errors.Trim(), run.ExitCode));
        }
    }

    [Fact]
    public async Task UnhandledException_WhileAReplyIsComputed_IsWhatTheProcessDiesOf()
    {
        var run = await ProbeRun.StartAsync("leave", "throw", TestAssets.MiniMindPath);

        Assert.Contains("Nobody catches this.", run.Errors, StringComparison.Ordinal);
        // The runtime's own end: abort (SIGABRT is 6), on Windows the code of an unhandled CLR exception.
        Assert.Equal(OperatingSystem.IsWindows() ? unchecked((int)0xE0434352) : 128 + 6, run.ExitCode);
    }
}
