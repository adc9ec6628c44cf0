using LocalSlm.Hosting;
using LocalSlm.Hosting.Peers;

namespace LocalSlm.Tests.Hosting.Peers;

public sealed class PeerEnvironmentTests
{
    // The variables that a widely read tutorial, and Ollama's own documentation, have people set.
    private static readonly string[] s_names =
    [
        "OLLAMA_NUM_PARALLEL",
        "OLLAMA_MAX_LOADED_MODELS",
        "OLLAMA_FLASH_ATTENTION",
        "OLLAMA_KEEP_ALIVE",
        "OLLAMA_MAX_QUEUE",
        "OLLAMA_KV_CACHE_TYPE",
        "OLLAMA_CONTEXT_LENGTH",
        "OLLAMA_GPU_OVERHEAD",
        "OLLAMA_LOAD_TIMEOUT",
        "OLLAMA_MAX_VRAM",
        "OLLAMA_NUM_GPU",
        "OLLAMA_NUM_THREAD",
        "OLLAMA_GPU_LAYERS",
        "CUDA_VISIBLE_DEVICES",
        "FOUNDRY_MODEL",
        "FOUNDRY_HARDWARE",
    ];

    [Fact]
    public void All_OfTheVariables_AreInTheTable() =>
        Assert.Equal(s_names, PeerEnvironment.All.Select(static variable => variable.Name));

    [Fact]
    public void UsePeerEnvironment_EveryVariable_SetsItsOption()
    {
        var options = Read(
            ("OLLAMA_NUM_PARALLEL", "6"),
            ("OLLAMA_MAX_LOADED_MODELS", "2"),
            ("OLLAMA_FLASH_ATTENTION", "1"),
            ("OLLAMA_KEEP_ALIVE", "24h"),
            ("OLLAMA_MAX_QUEUE", "100"),
            ("OLLAMA_KV_CACHE_TYPE", "q8_0"),
            ("OLLAMA_CONTEXT_LENGTH", "16384"),
            ("OLLAMA_GPU_OVERHEAD", "536870912"),
            ("OLLAMA_LOAD_TIMEOUT", "10m"),
            ("OLLAMA_MAX_VRAM", "8GB"),
            ("OLLAMA_NUM_THREAD", "3"),
            ("OLLAMA_GPU_LAYERS", "20"),
            ("FOUNDRY_MODEL", "b"),
            ("FOUNDRY_HARDWARE", "gpu,cpu")
        );

        Assert.Equivalent(
            new
            {
                DefaultModel = "b",
                MaxLoadedModels = 2,
                KeepAlive = TimeSpan.FromDays(1),
                MaxWaitingRequests = 100,
            },
            options
        );
        Assert.Equivalent(
            new
            {
                MaxConcurrentReplies = 6,
                FlashAttention = true,
                MaxQueuedRequests = 100,
                KvCacheType = KvCacheType.Q8_0,
                ContextTokens = 16384,
                GpuOverheadBytes = 536_870_912,
                LoadTimeout = TimeSpan.FromMinutes(10),
                GpuMemoryBudgetBytes = 8_000_000_000,
                Threads = 3,
                GpuLayers = 20,
            },
            options.Models["b"].Load
        );
        Assert.Equal("gpu,cpu", string.Join(",", options.Models["b"].Load.Devices));
        Assert.Empty(options.Notices);
    }

    [Fact]
    public void AddLocalSlm_WithoutTheCall_ReadsNoVariable()
    {
        System.Environment.SetEnvironmentVariable("OLLAMA_MAX_LOADED_MODELS", "7");
        try
        {
            Assert.Null(HostFixture.Read("""{ "LocalSlm": { "Models": { "a": "fake:a" } } }""").MaxLoadedModels);
            Assert.Equal(
                7,
                HostFixture
                    .Read(
                        """{ "LocalSlm": { "Models": { "a": "fake:a" } } }""",
                        static models => models.UsePeerEnvironment()
                    )
                    .MaxLoadedModels
            );
        }
        finally
        {
            System.Environment.SetEnvironmentVariable("OLLAMA_MAX_LOADED_MODELS", null);
        }
    }

    // What Ollama's envconfig does with these: 0 is automatic, negative keep-alives are for ever, spaces and quotes are dropped.
    [Theory]
    [InlineData("OLLAMA_KEEP_ALIVE", "-1", "KeepAlive=-00:00:00.0010000")]
    [InlineData("OLLAMA_KEEP_ALIVE", "-5m", "KeepAlive=-00:00:00.0010000")]
    [InlineData("OLLAMA_KEEP_ALIVE", "0", "KeepAlive=00:00:00")]
    [InlineData("OLLAMA_KEEP_ALIVE", "300", "KeepAlive=00:05:00")]
    [InlineData("OLLAMA_KEEP_ALIVE", " \"10m\" ", "KeepAlive=00:10:00")]
    [InlineData("OLLAMA_MAX_LOADED_MODELS", "0", "MaxLoadedModels=")]
    [InlineData("OLLAMA_NUM_PARALLEL", "0", "MaxConcurrentReplies=4")]
    [InlineData("OLLAMA_CONTEXT_LENGTH", "0", "ContextTokens=")]
    [InlineData("OLLAMA_FLASH_ATTENTION", "false", "FlashAttention=False")]
    [InlineData("OLLAMA_FLASH_ATTENTION", "", "FlashAttention=")]
    [InlineData("OLLAMA_LOAD_TIMEOUT", "0", "LoadTimeout=1.00:00:00")]
    [InlineData("OLLAMA_MAX_VRAM", "0", "GpuMemoryBudgetBytes=")]
    [InlineData("OLLAMA_NUM_GPU", "-1", "GpuLayers=")]
    [InlineData("OLLAMA_NUM_GPU", "999", "GpuLayers=999")]
    [InlineData("OLLAMA_NUM_THREAD", "0", "Threads=")]
    [InlineData("FOUNDRY_HARDWARE", "gpu", "Devices=gpu,npu,cpu")]
    [InlineData("FOUNDRY_HARDWARE", "auto", "Devices=")]
    public void UsePeerEnvironment_Value_MeansWhatItDoesThere(string name, string value, string expected)
    {
        var options = Read((name, value));

        var load = options.Models["a"].Load;
        var (property, wanted) = (expected.Split('=')[0], expected.Split('=')[1]);
        var actual = property switch
        {
            "Devices" => string.Join(",", load.Devices),
            _ => (
                typeof(LocalSlmOptions).GetProperty(property)?.GetValue(options)
                ?? typeof(ModelLoadOptions).GetProperty(property)?.GetValue(load)
            )?.ToString() ?? "",
        };
        Assert.Equal(wanted, actual);
    }

    [Theory]
    [InlineData("OLLAMA_NUM_PARALLEL", "abc", "A whole number is wanted.")]
    [InlineData("OLLAMA_NUM_PARALLEL", "65", "64")]
    [InlineData(
        "OLLAMA_MAX_LOADED_MODELS",
        "-1",
        "The environment variable OLLAMA_MAX_LOADED_MODELS is '-1'. It must be at least 1."
    )]
    [InlineData("FOUNDRY_HARDWARE", ",", "A device is wanted: npu, gpu, cpu, or auto.")]
    [InlineData("OLLAMA_FLASH_ATTENTION", "on", "1, true, 0 or false is wanted.")]
    [InlineData("OLLAMA_KEEP_ALIVE", "abc", "A duration is wanted")]
    [InlineData("OLLAMA_MAX_QUEUE", "0", "")]
    [InlineData("OLLAMA_KV_CACHE_TYPE", "q5_0", "f16, q8_0, q4_0 or f32 is wanted.")]
    [InlineData("OLLAMA_CONTEXT_LENGTH", "100", "256")]
    [InlineData("OLLAMA_GPU_OVERHEAD", "-5", "")]
    [InlineData("OLLAMA_LOAD_TIMEOUT", "soon", "A duration is wanted")]
    [InlineData("OLLAMA_MAX_VRAM", "22G", "write 22GB")]
    [InlineData("OLLAMA_MAX_VRAM", "8192", "such as 8192MiB")]
    [InlineData("OLLAMA_NUM_GPU", "all", "A whole number is wanted.")]
    [InlineData("OLLAMA_NUM_THREAD", "-2", "")]
    [InlineData("OLLAMA_GPU_LAYERS", "half", "A whole number is wanted.")]
    [InlineData("FOUNDRY_HARDWARE", "tpu", "'tpu' names no device")]
    public void UsePeerEnvironment_BadValue_IsToldByName(string name, string value, string expected)
    {
        var problem = Assert.Single(
            HostFixture.ReadProblems(
                """{ "LocalSlm": { "Models": { "a": "fake:a" } } }""",
                models => models.UsePeerEnvironment(Environment(((string, string)[])[(name, value)]))
            )
        );

        Assert.StartsWith($"The environment variable {name} is '{value}'.", problem, StringComparison.Ordinal);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void UsePeerEnvironment_ConfigurationAndCode_WinOverIt()
    {
        var options = HostFixture.Read(
            """
            { "LocalSlm": { "KeepAlive": "1m", "DefaultModel": "a", "Defaults": { "Threads": 2, "RequireDevice": "cpu" }, "Models": {
                "a": { "Path": "fake:a", "ContextTokens": 512 }, "b": "fake:b" } } }
            """,
            static models =>
                models
                    .UsePeerEnvironment(
                        Environment([
                            ("OLLAMA_KEEP_ALIVE", "9m"),
                            ("OLLAMA_NUM_THREAD", "9"),
                            ("OLLAMA_CONTEXT_LENGTH", "9999"),
                            ("OLLAMA_NUM_PARALLEL", "9"),
                            ("FOUNDRY_HARDWARE", "npu"),
                            ("FOUNDRY_MODEL", "nowhere"),
                        ])
                    )
                    .AddChatModel("c", "fake:c", static model => model.Load.MaxConcurrentReplies = 5)
        );

        Assert.Equal((TimeSpan.FromMinutes(1), "a"), (options.KeepAlive, options.DefaultModel));
        Assert.Equal(
            [(2, 512, 9), (2, 9999, 9), (2, 9999, 5)],
            ((string[])["a", "b", "c"]).Select(name =>
                (
                    options.Models[name].Load.Threads,
                    options.Models[name].Load.ContextTokens,
                    options.Models[name].Load.MaxConcurrentReplies
                )
            )
        );
        Assert.All(options.Models.Values, static model => Assert.Empty(model.Load.Devices));
    }

    [Fact]
    public void FoundryModel_ThatMapsToNothing_IsToldWithTheLineToAdd()
    {
        var problem = Assert.Single(
            HostFixture.ReadProblems(
                "{}",
                static models => models.UsePeerEnvironment(Environment([("FOUNDRY_MODEL", "phi-4-mini")]))
            )
        );

        Assert.Contains("the environment variable FOUNDRY_MODEL", problem, StringComparison.Ordinal);
        Assert.Contains("\"phi-4-mini\": \"path/to/the/model\"", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void NumGpu_BesideGpuLayers_YieldsAndIsTold()
    {
        var options = Read(("OLLAMA_NUM_GPU", "1"), ("OLLAMA_GPU_LAYERS", "35"));

        Assert.Equal(35, options.Defaults.GpuLayers);
        Assert.Contains("OLLAMA_GPU_LAYERS is set as well", Assert.Single(options.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public void NumGpu_ThatCountsGpus_IsTold() =>
        Assert.Contains(
            "layers on the GPU, not of GPUs",
            Assert.Single(Read(("OLLAMA_NUM_GPU", "1")).Notices),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("0,1", "only these")]
    [InlineData("", "no NVIDIA GPU")]
    [InlineData("-1", "no NVIDIA GPU")]
    public void CudaVisibleDevices_IsToldAndLeftAlone(string value, string expected) =>
        Assert.Contains(
            expected,
            Assert.Single(Read(("CUDA_VISIBLE_DEVICES", value)).Notices),
            StringComparison.Ordinal
        );

    private static LocalSlmOptions Read(params (string Name, string Value)[] variables) =>
        HostFixture.Read(
            """{ "LocalSlm": { "Models": { "a": "fake:a", "b": "fake:b" } } }""",
            models => models.UsePeerEnvironment(Environment(variables))
        );

    private static Func<string, string?> Environment((string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;
}
