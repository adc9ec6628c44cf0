using System.Text.Json;
using LocalSlm.Onnx.Devices;
using LocalSlm.Testing;
using LocalSlm.Tests.TinyOnnx;

namespace LocalSlm.Tests.Devices;

/// <summary>A real plug-in execution provider, WebGPU on a software Vulkan driver, each time in a process of its own.</summary>
public sealed class PluginTests
{
    private const string Selector = "device=WebGpuExecutionProvider";

    private static string Model => TestAssets.ModelOrSkip("tiny-llama-genai-fp32");

    [Theory]
    [InlineData("run", 8)]
    [InlineData("decode", 24)]
    public async Task Session_OnThePlugin_GivesTheTokensOfTheCpu(string loop, int count)
    {
        SkipWithoutVulkan();
        // A part of the reply for the plain run: without a cache, the driver compiles anew for every length.
        var (prompt, greedy) = Goldens()[0];
        var probe = Probe(driver: true);
        await probe.RunAsync(
            loop,
            Model,
            Library("webgpu"),
            Selector,
            $"prompt={string.Join(',', prompt)}",
            $"tokens={count}"
        );

        Assert.True(probe.Lines("tokens").Length == 1, probe.Output + probe.Errors);
        Assert.Equal(string.Join(' ', greedy.Take(count)), probe.Lines("tokens")[0]);
        Assert.Equal("WebGpuExecutionProvider", Assert.Single(probe.Lines("provider")));
        Assert.Empty(probe.Lines("failed"));
        Assert.Equal(0, probe.ExitCode);
    }

    /// <summary>The device fails in the middle of the reply; the tokens are those of a reply that is computed in one place.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task Engine_PluginFailsMidReply_GoesOnAtTheCpuWithTheSameTokens(int failingRun)
    {
        SkipWithoutVulkan();
        var (prompt, greedy) = Goldens()[0];
        var probe = Probe(driver: true);
        await probe.RunAsync(
            "failover",
            Model,
            $"{failingRun}",
            Library("webgpu"),
            Selector,
            "device=cpu",
            $"prompt={string.Join(',', prompt)}",
            "tokens=16"
        );

        Assert.True(probe.Lines("tokens").Length == 1, probe.Output + probe.Errors);
        Assert.Equal(string.Join(' ', greedy.Take(16)), probe.Lines("tokens")[0]);
        Assert.Equal(["WebGpuExecutionProvider", "CPUExecutionProvider"], probe.Lines("provider"));
        Assert.Contains("ONNX Runtime failed on", Assert.Single(probe.Lines("failed")), StringComparison.Ordinal);
    }

    /// <summary>The comparison above is one of two devices: the same references hold on the CPU.</summary>
    [Fact]
    public async Task Session_OnTheCpu_GivesTheTokensOfTheReference()
    {
        foreach (var (prompt, greedy) in Goldens())
        {
            var run = await new OnnxProbe().RunAsync(
                "decode",
                Model,
                $"prompt={string.Join(',', prompt)}",
                $"tokens={greedy.Length}"
            );

            Assert.Equal(string.Join(' ', greedy), Assert.Single(run.Lines("tokens")));
            Assert.Equal("CPUExecutionProvider", Assert.Single(run.Lines("provider")));
        }
    }

    [Fact]
    public async Task Session_WithoutADevice_SaysThatNoneIsListed()
    {
        var run = await Probe(driver: false).RunAsync("load", Model, Library("webgpu"), Selector, "device=cpu");

        Assert.StartsWith("WebGpuExecutionProvider | No such device is listed.", Assert.Single(run.Lines("failed")));
        Assert.Equal("CPU", Assert.Single(run.Lines("device")));
    }

    [Fact]
    public async Task Session_OnADeviceThatRefuses_KeepsTheProvidersWords()
    {
        var probe = Probe(driver: false);
        probe.Variables["ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER"] = "1";
        probe.Variables["VK_ICD_FILENAMES"] = "/nonexistent/driver.json";
        await probe.RunAsync("load", Model, Library("webgpu"), Selector, "device=cpu");

        var failed = Assert.Single(probe.Lines("failed"));
        Assert.StartsWith("WebGpuExecutionProvider:0 (", failed, StringComparison.Ordinal);
        Assert.Contains("EP_FAIL", failed, StringComparison.Ordinal);
        Assert.Equal("CPU", Assert.Single(probe.Lines("device")));
    }

    [Fact]
    public async Task Session_OnADeviceThatRefuses_FailsWhereNothingElseIsListed()
    {
        var probe = Probe(driver: false);
        probe.Variables["ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER"] = "1";
        probe.Variables["VK_ICD_FILENAMES"] = "/nonexistent/driver.json";
        await probe.RunAsync("load", Model, Library("webgpu"), Selector);

        Assert.Contains("EP_FAIL", Assert.Single(probe.Lines("error")), StringComparison.Ordinal);
        Assert.Single(probe.Lines("failed"));
        Assert.Empty(probe.Lines("device"));
    }

    /// <summary>The session opens there; the decoder cannot serve it there.</summary>
    [Fact]
    public async Task Model_ThatADeviceOpensButCannotServe_GoesToTheNextDevice()
    {
        SkipWithoutVulkan();
        var folder = TinyDecoderFolder.Get(TinyDecoderSet.Get("grouped-fixed-length"));
        var probe = await Probe(driver: true).RunAsync("load", folder, Library("webgpu"), Selector, "device=cpu");

        Assert.Equal("CPU", Assert.Single(probe.Lines("device")));
        var failed = Assert.Single(probe.Lines("failed"));
        Assert.StartsWith("WebGpuExecutionProvider:0", failed, StringComparison.Ordinal);
        Assert.Contains("a fixed length of 384 tokens", failed, StringComparison.Ordinal);
    }

    /// <summary>A device that is none, one that is listed and cannot be opened, and the processor, each told with its reason.</summary>
    [Fact]
    public async Task Model_OverAVirtualAndABrokenDevice_ComesToTheCpuAndTellsWhy()
    {
        var probe = Probe(driver: false);
        probe.Variables["ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER"] = "1";
        probe.Variables["VK_ICD_FILENAMES"] = "/nonexistent/driver.json";
        await probe.RunAsync(
            "load",
            Model,
            Library("webgpu.virtual"),
            "device=npu",
            "device=gpu",
            Selector,
            "device=cpu"
        );

        Assert.Equal("CPU", Assert.Single(probe.Lines("device")));
        var failed = probe.Lines("failed");
        Assert.Equal(3, failed.Length);
        Assert.StartsWith("npu | No such device is listed.", failed[0], StringComparison.Ordinal);
        Assert.EndsWith(DeviceChoice.VirtualReason, failed[1], StringComparison.Ordinal);
        Assert.Contains("EP_FAIL", failed[2], StringComparison.Ordinal);
        Assert.Equal(
            ["FellBack", "FellBack", "FellBack", "Loaded"],
            probe.Lines("history").Select(static line => line.Split(' ')[0])
        );
        Assert.Equal(3, probe.Lines("Warning FellBack").Length);
    }

    [Fact]
    public async Task Session_OnAVirtualDevice_SaysThatItIsOne()
    {
        var run = await Probe(driver: false).RunAsync("load", Model, Library("webgpu.virtual"), Selector, "device=cpu");

        Assert.EndsWith(DeviceChoice.VirtualReason, Assert.Single(run.Lines("failed")));
        Assert.Equal("CPU", Assert.Single(run.Lines("device")));
    }

    [Fact]
    public async Task Session_ByDefault_LeavesVirtualAndSimulatedDevicesAlone()
    {
        var run = await Probe(driver: true).RunAsync("load", Model, Library("webgpu.virtual"), Library("webgpu"));

        Assert.Equal("CPU", Assert.Single(run.Lines("device")));
        Assert.Empty(run.Lines("failed"));
    }

    [Fact]
    public async Task ListDevices_WithAVirtualOne_MarksIt()
    {
        var run = await Probe(driver: false).RunAsync("devices", Library("webgpu.virtual"));

        Assert.Equal(2, run.Lines("device").Length);
        Assert.StartsWith("CPU | Cpu | ", run.Lines("device")[0]);
        Assert.EndsWith(DeviceChoice.VirtualReason, run.Lines("device")[1]);
    }

    [Fact]
    public async Task ProviderLibrary_ThatIsNone_IsAFailureWithItsReason()
    {
        var none = Path.Combine(Model, "genai_config.json");
        var run = await new OnnxProbe().RunAsync(
            "load",
            Model,
            $"library=mine={none}",
            "library=other=/nonexistent.so"
        );

        Assert.Equal(2, run.Lines("failed").Length);
        Assert.Contains($"mine | The provider library '{none}' could not be registered", run.Output);
        Assert.Contains("other | The provider library '/nonexistent.so' is not there", run.Output);
        Assert.Equal("CPU", Assert.Single(run.Lines("device")));
    }

    private static OnnxProbe Probe(bool driver) =>
        new()
        {
            Variables =
            {
                ["VK_ICD_FILENAMES"] = driver ? Path.Combine(PluginFolder, "vk_swiftshader_icd.json") : "",
                ["ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER"] = driver ? "1" : "0",
            },
        };

    private static string PluginFolder => TestAssets.PluginOrSkip("webgpu-linux-x64");

    private static string Library(string name) =>
        $"library={name}={Path.Combine(PluginFolder, "libonnxruntime_providers_webgpu.so")}";

    private static void SkipWithoutVulkan()
    {
        if (!System.Runtime.InteropServices.NativeLibrary.TryLoad("libvulkan.so.1", out _))
        {
            Assert.Skip("libvulkan.so.1 is not installed (Debian: libvulkan1).");
        }
    }

    private static List<(int[] Prompt, int[] Greedy)> Goldens()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(TestAssets.GoldenOrSkip("models", "tiny.json")));
        return
        [
            .. golden
                .RootElement.GetProperty("cases")
                .EnumerateArray()
                .Select(static one => (Ids(one.GetProperty("ids")), Ids(one.GetProperty("greedy")))),
        ];
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(static id => id.GetInt32())];
}
