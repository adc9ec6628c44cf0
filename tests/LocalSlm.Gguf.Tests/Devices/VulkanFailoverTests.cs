using LocalSlm.Testing;

namespace LocalSlm.Tests.Devices;

/// <summary>Replies of a real model on llama.cpp's Vulkan backend, whose device fails as <c>llama_decode</c> tells it, each time in a
/// process of its own. The driver is Mesa's, in software: replies are short.</summary>
[Collection("native")]
public sealed class VulkanFailoverTests
{
    // Greedy on both devices alike: no near tie in it.
    private const string Paris = "10 | The capital of France is Paris.";

    [Theory]
    [InlineData("fail=1,-3")]
    [InlineData("fail=6,-3")]
    [InlineData("fail=6,-2")]
    [InlineData("fail=6,-3", "layers=4")]
    public async Task Decode_VulkanFails_TheReplyGoesOnAtTheCpu(params string[] choices)
    {
        var run = await RunAsync(["device=gpu", "device=cpu", .. choices]);

        Assert.Equal(Paris, Assert.Single(Lines(run, "reply 0")));
        var devices = Lines(run, "device");
        Assert.StartsWith("llvmpipe", devices[0], StringComparison.Ordinal);
        Assert.EndsWith(
            choices.Contains("layers=4") ? "(4 layers)" : "(9 layers)",
            devices[0],
            StringComparison.Ordinal
        );
        Assert.Equal("CPU (0 layers)", devices[1]);
        Assert.Contains("llama_decode gave -", Assert.Single(Lines(run, "failed")), StringComparison.Ordinal);
        var kinds = Lines(run, "history").Select(static line => line.Split(" | ")[0]);
        Assert.Equal(["Loaded", "FailedOver", "Loaded"], kinds);
    }

    [Fact]
    public async Task Decode_VulkanFailsUnderSeveralReplies_EachBeginsAsVulkanSaidAndIsWhole()
    {
        var whole = await RunAsync("device=gpu", "device=cpu", "replies=3", "tokens=8");
        var run = await RunAsync("device=gpu", "device=cpu", "replies=3", "tokens=16", "fail=11,-3");

        for (var reply = 0; reply < 3; reply++)
        {
            var (count, text) = Split(Assert.Single(Lines(run, $"reply {reply}")));
            var (_, start) = Split(Assert.Single(Lines(whole, $"reply {reply}")));

            // Rows of other replies stood beside in the batch: near ties may go another way, though not at once.
            Assert.StartsWith(start[..12], text, StringComparison.Ordinal);
            Assert.Equal(reply == 0 ? 10 : 16, count);
        }

        Assert.Equal("CPU (0 layers)", Lines(run, "device")[1]);
    }

    [Fact]
    public async Task Decode_VulkanFailsAndNothingElseMayServe_IsATypedError()
    {
        var alone = await RunAsync("device=gpu", "fail=3,-3");
        var forbidden = await RunAsync("device=gpu", "device=cpu", "fail=3,-3", "failover=false");

        Assert.StartsWith("InferenceException", Assert.Single(Lines(alone, "reply 0")), StringComparison.Ordinal);
        Assert.Contains(
            "the one device that may serve it does not",
            Assert.Single(Lines(alone, "reply 0")),
            StringComparison.Ordinal
        );
        Assert.StartsWith("InferenceException", Assert.Single(Lines(forbidden, "reply 0")), StringComparison.Ordinal);
        Assert.Contains("llama_decode gave -3", Assert.Single(Lines(forbidden, "reply 0")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(-1)]
    public async Task Decode_NoRoomStoppedOrBadInput_IsNoFailureOfTheDevice(int code)
    {
        var run = await RunAsync("device=gpu", "device=cpu", "tokens=4", $"fail=3,{code}");

        // It goes on where it is, or ends with an error of that reply alone.
        Assert.All(Lines(run, "device"), line => Assert.StartsWith("llvmpipe", line, StringComparison.Ordinal));
        Assert.Empty(Lines(run, "failed"));
    }

    [Fact]
    public async Task Load_VulkanDeviceHasGone_FallsToTheCpuAndTellsWhy()
    {
        var run = await ProbeRun.StartOnVulkanAsync(
            null,
            "failover",
            TestAssets.MiniMindPath,
            "device=gpu",
            "device=cpu"
        );

        Assert.Equal(Paris, Assert.Single(Lines(run, "reply 0")));
        Assert.Equal(["CPU (0 layers)", "CPU (0 layers)"], Lines(run, "device"));
        Assert.StartsWith(
            "gpu | No such device is listed",
            Assert.Single(Lines(run, "failed")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Decode_CpuFails_IsATypedErrorAsThereIsNothingBehindIt()
    {
        var run = await RunAsync("device=cpu", "fail=3,-3");

        Assert.StartsWith("InferenceException", Assert.Single(Lines(run, "reply 0")), StringComparison.Ordinal);
        Assert.Empty(Lines(run, "failed"));
    }

    private static async Task<ProbeRun> RunAsync(params string[] choices)
    {
        var run = await ProbeRun.StartOnVulkanAsync("0", ["failover", TestAssets.MiniMindPath, .. choices]);
        Assert.True((run.Errors.Trim(), run.ExitCode) == ("", 0), $"{run.ExitCode}: {run.Errors}{run.Output}");
        return run;
    }

    private static string[] Lines(ProbeRun run, string word) =>
        [
            .. run
                .Output.Split('\n')
                .Where(line => line.StartsWith(word + ": ", StringComparison.Ordinal))
                .Select(line => line[(word.Length + 2)..].Trim()),
        ];

    private static (int Count, string Text) Split(string reply)
    {
        var parts = reply.Split(" | ", 2);
        return (int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1]);
    }
}
