using LocalSlm.Testing;

namespace LocalSlm.Tests.Devices;

/// <summary>Loads as a host makes them, with a folder that remembers, each in a process of its own: what a process that died in the middle
/// of a load leaves to the next one, and what is told of a GPU that does not serve. The GPU is Vulkan's software driver.</summary>
[Collection("native")]
public sealed class HostedLoadTests : IDisposable
{
    private readonly string _state = Path.Combine(Path.GetTempPath(), $"localslm-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_state))
        {
            Directory.Delete(_state, recursive: true);
        }
    }

    [Theory]
    [InlineData("abort", 134)]
    [InlineData("kill", 137)]
    public async Task Load_AfterOneThatEndedItsProcess_IsRefusedUntilTheCallerTriesAgain(string way, int exitCode)
    {
        SkipOnWindows();
        var dead = await RunAsync($"die={way}");
        Assert.Equal(exitCode, dead.ExitCode);
        Assert.Equal("loading", dead.Output.Trim());

        var error = Assert.Single(Lines(await RunAsync(), "error"));
        Assert.StartsWith("ModelQuarantinedException", error, StringComparison.Ordinal);
        Assert.Contains(Assert.Single(Directory.GetFiles(_state)), error, StringComparison.Ordinal);

        Assert.Equal("CPU (0 layers)", Assert.Single(Lines(await RunAsync("retry"), "device")));
        Assert.Equal("CPU (0 layers)", Assert.Single(Lines(await RunAsync(), "device")));
        Assert.Empty(Directory.GetFiles(_state));
    }

    [Theory]
    [InlineData("terminate", 143)]
    [InlineData("interrupt", 130)]
    public async Task Load_AfterAProcessThatWasEndedOnPurpose_IsMade(string way, int exitCode)
    {
        SkipOnWindows();
        var dead = await RunAsync($"die={way}");
        Assert.Equal(exitCode, dead.ExitCode);
        Assert.Equal("loading", dead.Output.Trim());

        Assert.Equal("CPU (0 layers)", Assert.Single(Lines(await RunAsync(), "device")));
    }

    [Fact]
    public async Task Load_WhileAnotherProcessLoadsTheSame_IsMade()
    {
        using var other = ProbeRun.Begin("host", _state, TestAssets.MiniMindPath, "die=wait");
        try
        {
            Assert.Equal("loading", await other.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            Assert.Single(Directory.GetFiles(_state));

            Assert.Equal("CPU (0 layers)", Assert.Single(Lines(await RunAsync(), "device")));
            Assert.Single(Directory.GetFiles(_state));

            await other.StandardInput.WriteLineAsync();
            Assert.Contains(
                "device: CPU (0 layers)",
                await other.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
            Assert.Empty(Directory.GetFiles(_state));
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task Load_WhereAGpuEndedTheProcess_GoesToTheCpuOrIsRefused()
    {
        Assert.Equal(134, (await RunOnVulkanAsync("device=gpu", "device=cpu", "die=abort")).ExitCode);

        var next = await RunOnVulkanAsync("device=gpu", "device=cpu");
        AssertFellBack(next, "quarantined", "ended the process");

        var required = await RunOnVulkanAsync("require=gpu");
        Assert.StartsWith(
            "ModelQuarantinedException",
            Assert.Single(Lines(required, "error")),
            StringComparison.Ordinal
        );

        var again = await RunOnVulkanAsync("device=gpu", "device=cpu", "retry");
        Assert.EndsWith("(9 layers)", Assert.Single(Lines(again, "device")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_state));
    }

    [Fact]
    public async Task Load_ByDefault_TakesTheCpuBeforeASoftwareDevice()
    {
        var run = await RunOnVulkanAsync();
        Assert.Equal("CPU (0 layers)", Assert.Single(Lines(run, "device")));
        Assert.Empty(Lines(run, "warning"));
        Assert.Empty(Lines(run, "failed"));
    }

    [Fact]
    public async Task Load_OnAGpuThatHasGone_IsAFallbackOrARefusal()
    {
        AssertFellBack(
            await RunOnVulkanAsync(isVisible: false, "device=gpu", "device=cpu"),
            "unavailable",
            "No such device is listed"
        );
        var refused = Assert.Single(Lines(await RunOnVulkanAsync(isVisible: false, "require=gpu"), "error"));
        Assert.StartsWith("ModelLoadException", refused, StringComparison.Ordinal);
        Assert.Contains("gpu: No such device is listed. Listed are: CPU", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_WithinABudget_PutsFewerLayersOnTheGpuOrIsRefused()
    {
        var part = Assert.Single(Lines(await RunOnVulkanAsync("device=gpu", "gpubudget=24"), "device"));
        Assert.StartsWith("llvmpipe", part, StringComparison.Ordinal);
        Assert.Matches(@"\([1-8] layers\)$", part);

        var refused = Assert.Single(Lines(await RunOnVulkanAsync("device=gpu", "device=cpu", "budget=40"), "error"));
        Assert.StartsWith("InsufficientMemoryException", refused, StringComparison.Ordinal);
        Assert.Contains("MemoryBudgetBytes allows 40.0 MiB", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_Measured_LeavesAGpuThatIsSlowerThanItsCpu()
    {
        var run = await RunOnVulkanAsync("device=gpu", "device=cpu", "measured");
        Assert.Equal("CPU (0 layers)", Assert.Single(Lines(run, "device")));
        Assert.Empty(Lines(run, "failed"));
        Assert.Contains("Measured, fastest first: CPU", Assert.Single(Lines(run, "history")), StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_state, "*.speed").Length);
    }

    [Fact]
    public async Task Load_OfADeviceThatFailedInTwoReplies_IsNotTriedAThirdTime()
    {
        var run = await RunOnVulkanAsync("device=gpu", "device=cpu", "fail", "loads=3");

        Assert.Equal(["2", "2", "2"], Lines(run, "reply"));
        Assert.Equal(["failed_over", "failed_over", "circuit_open"], Lines(run, "fallback"));
        Assert.All(Lines(run, "device"), static line => Assert.Equal("CPU (0 layers)", line));

        // One for each load: the device is not told twice under two names.
        var failed = Lines(run, "failed");
        Assert.Equal(3, failed.Length);
        Assert.All(failed, static line => Assert.StartsWith("Vulkan0 (llvmpipe", line, StringComparison.Ordinal));
        Assert.Equal(
            ["Loaded", "FailedOver", "Loaded", "Loaded", "FailedOver", "Loaded", "FellBack", "Loaded"],
            Lines(run, "history").Select(static line => line.Split(" | ")[0])
        );
    }

    private static void AssertFellBack(ProbeRun run, string kind, string why)
    {
        Assert.Equal("CPU (0 layers)", Assert.Single(Lines(run, "device")));
        Assert.Equal(kind, Assert.Single(Lines(run, "fallback")));
        Assert.Contains(why, Assert.Single(Lines(run, "failed")), StringComparison.Ordinal);
        Assert.Contains(why, Assert.Single(Lines(run, "warning")), StringComparison.Ordinal);
        Assert.Equal(["FellBack", "Loaded"], Lines(run, "history").Select(static line => line.Split(" | ")[0]));
    }

    private static void SkipOnWindows()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no signals.");
        }
    }

    private Task<ProbeRun> RunAsync(params string[] choices) =>
        ProbeRun.StartAsync(["host", _state, TestAssets.MiniMindPath, .. choices]);

    private Task<ProbeRun> RunOnVulkanAsync(params string[] choices) => RunOnVulkanAsync(isVisible: true, choices);

    private Task<ProbeRun> RunOnVulkanAsync(bool isVisible, params string[] choices) =>
        ProbeRun.StartOnVulkanAsync(isVisible ? "0" : null, ["host", _state, TestAssets.MiniMindPath, .. choices]);

    private static string[] Lines(ProbeRun run, string word) =>
        [
            .. run
                .Output.Split('\n')
                .Where(line => line.StartsWith(word + ": ", StringComparison.Ordinal))
                .Select(line => line[(word.Length + 2)..].Trim()),
        ];
}
