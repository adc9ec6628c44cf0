using System.Globalization;
using LocalSlm.Gguf.Format;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;

namespace LocalSlm.Tests.Runtime;

/// <summary>A real second device on any machine: the Vulkan natives on Mesa's software driver, each test in a process of its own, because
/// a process keeps the natives that it loaded first.</summary>
[Collection("native")]
public sealed class VulkanPlacementTests
{
    private const double Tolerance = 0.1;

    // Below this, rounding to hundredths of a MiB in the library's report is a tenth.
    private const long Grain = 64 << 10;

    [Theory]
    [InlineData("layers=4", 4)]
    [InlineData("layers=4 context=8192 batch=128 kv=Q8_0", 4)]
    [InlineData("layers=2 context=8192 batch=128", 2)]
    [InlineData("layers=2 context=8192 batch=128 flash=off", 2)]
    [InlineData("layers=2 context=8192 batch=128 kv=Float32", 2)]
    [InlineData("layers=1 context=2048 batch=128", 1)]
    [InlineData("layers=1 context=512 batch=128 flash=off", 1)]
    [InlineData("layers=5 context=2048 batch=512 kv=Float32 flash=off", 5)]
    [InlineData("", 9)]
    [InlineData("context=4096 kv=Float32", 9)]
    [InlineData("context=2048 batch=512 kv=Float32", 9)]
    [InlineData("context=2048 batch=128 flash=off", 9)]
    [InlineData("gpubudget=24", -1)]
    public async Task OpenAsync_OnTheGpu_PutsThereWhatWasPlanned(string settings, int layers)
    {
        var lines = await RunAsync(TestAssets.MiniMindPath, ["device=gpu", .. settings.Split(' ')]);

        Assert.Contains("llvmpipe", Value(lines, "device"), StringComparison.Ordinal);
        var given = int.Parse(Value(lines, "layers"), CultureInfo.InvariantCulture);
        Assert.True(layers < 0 ? given is > 0 and < 9 : given == layers, $"{given} layers");
        AssertNear(lines);
    }

    [Theory]
    [InlineData("layers=10 context=2048 batch=128 kv=Float32")]
    [InlineData("layers=10 context=8192 batch=128 kv=Float32")]
    [InlineData("layers=1 context=2048 batch=512 flash=off")]
    public async Task OpenAsync_SmolLm2InPart_TakesWhatWasPlanned(string settings)
    {
        var lines = await RunAsync(SmolLm2(), ["device=gpu", "map=off", .. settings.Split(' ')]);

        AssertNear(lines);
    }

    /// <summary>Of a mapped file the library tells the span between the first and the last tensor in main memory. In this file tensors of
    /// the GPU lie between; no memory has to be taken for them.</summary>
    [Fact]
    public async Task OpenAsync_MappedInPart_TellsTheSpanOfTheMapping()
    {
        const int first = 21; // of 30 layers, with the output ten on the GPU
        var path = SmolLm2();
        var lines = await RunAsync(path, ["device=gpu", "layers=10", "context=512"]);

        var onHost = GgufModelFile.Open(path).Tensors.Where(static tensor => IsOnHost(tensor.Name, first)).ToArray();
        var span = onHost.Max(static one => one.Offset + one.Bytes) - onHost.Min(static one => one.Offset);
        var bytes = onHost.Sum(static one => one.Bytes);
        Assert.InRange(Memory(lines, "real")["CPU"][0], span - Grain, span + Grain);
        Assert.InRange(Memory(lines, "planned")["CPU"][0], bytes - Grain, bytes + Grain);
    }

    /// <summary>What is planned for less memory takes less memory.</summary>
    [Theory]
    [InlineData("budget=48")]
    [InlineData("gpubudget=12")]
    [InlineData("gpubudget=20 batch=128 context=4096")]
    [InlineData("gpubudget=16 batch=128 kv=Float32")]
    public async Task OpenAsync_WithABudget_KeepsIt(string settings)
    {
        var lines = await RunAsync(TestAssets.MiniMindPath, ["device=gpu", "map=off", .. settings.Split(' ')]);

        var budget = long.Parse(settings.Split('=', ' ')[1], CultureInfo.InvariantCulture) << 20;
        var real = Memory(lines, "real");
        var taken = settings[0] == 'g' ? real["Vulkan0"].Sum() : real.Values.Sum(static parts => parts.Sum());
        Assert.InRange(taken, budget / 4, budget + Grain);
    }

    [Fact]
    public async Task OpenAsync_ByDefault_LeavesTheSoftwareDeviceToThoseWhoAskForIt()
    {
        Assert.Equal("CPU", Value(await RunAsync(TestAssets.MiniMindPath, ["context=512"]), "device"));

        var plan = string.Join('\n', await RunAsync(TestAssets.MiniMindPath, ["plan"]));
        Assert.Contains("1. CPU: GPU layers 0", plan, StringComparison.Ordinal);
        Assert.Contains("2. Vulkan0: GPU layers 9", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_MixtureWithExpertsOnTheCpu_KeepsThemInMainMemory()
    {
        var path = TinyModelFiles.Get(TinyModelSet.MixtureOfExperts);
        var facts = LoadedModels.Runtime.Inspect(path);
        var experts = facts.Layers.Sum(static layer => layer.ExpertBytes);
        var onCpu = await RunAsync(path, ["device=gpu", "context=256", "experts=cpu", "map=off"]);
        var onGpu = await RunAsync(path, ["device=gpu", "context=256", "experts=gpu", "map=off"]);
        var apart = Memory(onCpu, "real");
        var together = Memory(onGpu, "real");

        Assert.InRange(together["Vulkan0"][0] - apart["Vulkan0"][0], experts - Grain, experts + Grain);
        AssertNear(onCpu);
        AssertNear(onGpu);
    }

    [Fact]
    public async Task Load_OnTheGpu_GivesTheRepliesOfTheCpu()
    {
        var onGpu = await RunAsync(TestAssets.MiniMindPath, ["chat", "device=gpu", "context=512", "layers=5"]);
        var onCpu = await RunAsync(TestAssets.MiniMindPath, ["chat", "device=cpu", "context=512"]);
        Assert.Contains("Paris", Value(onCpu, "reply"), StringComparison.Ordinal);
        Assert.Contains("Paris", Value(onGpu, "reply"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("require=gpu")]
    [InlineData("device=gpu")]
    public async Task OpenAsync_DeviceIsHidden_IsRefusedByName(string setting)
    {
        var lines = await RunAsync(TestAssets.MiniMindPath, [setting], isVisible: false);
        Assert.StartsWith("ModelLoadException", lines[0], StringComparison.Ordinal);
        Assert.Contains("No such device is listed", string.Join('\n', lines), StringComparison.Ordinal);
    }

    private static bool IsOnHost(string tensor, int firstOnGpu) =>
        tensor.StartsWith("blk.", StringComparison.Ordinal)
            ? int.Parse(tensor.Split('.')[1], CultureInfo.InvariantCulture) < firstOnGpu
            : !tensor.StartsWith("output", StringComparison.Ordinal);

    private static string SmolLm2() => TestAssets.ModelOrSkip("smollm2-135m-instruct-q4_1.gguf");

    /// <summary>Weights and cache are known to the byte. Compute buffers are too, but for small tensors that the estimate leaves
    /// out.</summary>
    private static void AssertNear(string[] lines)
    {
        var real = Memory(lines, "real");
        var planned = Memory(lines, "planned");
        Assert.Equal(planned.Keys.Order(), real.Keys.Order());
        foreach (var (device, parts) in real)
        {
            Assert.InRange(planned[device][0], parts[0] - Grain, parts[0] + Grain);
            Assert.InRange(planned[device][1], parts[1] - Grain, parts[1] + Grain);
            var room = (long)(parts[2] * Tolerance) + Grain;
            Assert.True(
                Math.Abs(planned[device][2] - parts[2]) <= room,
                $"{device}: {planned[device][2]} bytes of compute buffers planned, {parts[2]} taken"
            );
        }
    }

    private static async Task<string[]> RunAsync(string path, string[] settings, bool isVisible = true)
    {
        var natives = Path.Combine(Path.GetDirectoryName(TestAssets.NativeDirectory)!, "vulkan");
        if (!Directory.Exists(natives))
        {
            Assert.Skip(
                $"'{natives}' is absent: the Vulkan build of the native libraries is restored for Linux on x64 alone."
            );
        }

        var run = await ProbeRun.StartProgramAsync(
            "dotnet",
            [ProbeRun.ProbePath, natives, "place", path, .. settings.Where(static one => one.Length > 0)],
            environment: new Dictionary<string, string?> { ["GGML_VK_VISIBLE_DEVICES"] = isVisible ? "0" : null }
        );
        if (isVisible && run.Output.Contains("No such device is listed", StringComparison.Ordinal))
        {
            Assert.Skip(
                "Vulkan lists no device here. Install Mesa's software driver: apt-get install mesa-vulkan-drivers."
            );
        }

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Value(string[] lines, string name) =>
        Assert.Single(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..];

    private static Dictionary<string, long[]> Memory(string[] lines, string what) =>
        lines
            .Select(static line => line.Split(' '))
            .Where(words => words[0] == what)
            .ToDictionary(
                static words => words[1],
                static words => words[2..].Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray()
            );
}
