using LocalSlm.Hosting.Deployment;
using LocalSlm.Hosting.Registration.Values;

namespace LocalSlm.Hosting.Peers;

/// <summary>The environment variables of other software that are read where an application asks for it. A test compares the guide with
/// this table.</summary>
/// <remarks>Meanings: Ollama's <c>envconfig/config.go</c> at commit fb30760 (August 2026, before 0.33). Its server does not read
/// <c>OLLAMA_NUM_GPU</c>, <c>OLLAMA_NUM_THREAD</c>, <c>OLLAMA_GPU_LAYERS</c> and <c>OLLAMA_MAX_VRAM</c> there; they mean what its parameters
/// of these names do. <c>FOUNDRY_MODEL</c> and <c>FOUNDRY_HARDWARE</c> are those of tutorials.</remarks>
internal static class PeerEnvironment
{
    /// <summary>The variable that names a model.</summary>
    public const string Model = "FOUNDRY_MODEL";

    // No GPU has less; a smaller number was meant in another unit.
    private const long LeastGpuMemory = 1 << 20;

    private const string Layers = "OLLAMA_GPU_LAYERS";

    /// <summary>Gets every variable.</summary>
    public static IReadOnlyList<PeerVariable> All { get; } =
    [
        new(
            "OLLAMA_NUM_PARALLEL",
            ["Defaults:MaxConcurrentReplies"],
            "replies computed at once, for each model; 0: the default",
            static value => Count(value, count => value.Load.MaxConcurrentReplies = count)
        ),
        new(
            "OLLAMA_MAX_LOADED_MODELS",
            ["MaxLoadedModels"],
            "models that are loaded at once; 0: as many as fit",
            static value => Count(value, count => value.Options.MaxLoadedModels = count)
        ),
        new(
            "OLLAMA_FLASH_ATTENTION",
            ["Defaults:FlashAttention"],
            "`1`, `true`: flash attention is used; `0`, `false`: it is not",
            static value => value.Load.FlashAttention = Truth(value.Text)
        ),
        new(
            "OLLAMA_KEEP_ALIVE",
            ["KeepAlive"],
            "how long a model stays loaded after its last request: `10m`, seconds, `0` for not at all, anything negative for ever",
            static value => value.Options.KeepAlive = DurationText.ParseKeepAlive(value.Text)
        ),
        new(
            "OLLAMA_MAX_QUEUE",
            ["MaxWaitingRequests", "Defaults:MaxQueuedRequests"],
            "requests that may wait, for a model to be loaded and for a place in a loaded one",
            static value =>
            {
                var most = TextValue.Int32(value.Text);
                value.Options.MaxWaitingRequests = most;
                value.Load.MaxQueuedRequests = most;
            }
        ),
        new(
            "OLLAMA_KV_CACHE_TYPE",
            ["Defaults:KvCacheType"],
            "`f16`, `q8_0` or `q4_0`; also `f32`. The quantized ones need flash attention",
            static value => value.Load.KvCacheType = CacheType(value.Text)
        ),
        new(
            "OLLAMA_CONTEXT_LENGTH",
            ["Defaults:ContextTokens"],
            "tokens of one conversation; 0: automatic",
            static value => Count(value, count => value.Load.ContextTokens = count)
        ),
        new(
            "OLLAMA_GPU_OVERHEAD",
            ["Defaults:GpuOverheadBytes"],
            "bytes that are left free on each GPU, or a size such as `1GiB`; 0: none",
            static value => value.Load.GpuOverheadBytes = SizeText.Parse(value.Text)
        ),
        new(
            "OLLAMA_LOAD_TIMEOUT",
            ["Defaults:LoadTimeout"],
            "how long a load may take on one device; there: how long it may stand still. 0 or negative: one day",
            static value => value.Load.LoadTimeout = LoadTimeout(value)
        ),
        new(
            "OLLAMA_MAX_VRAM",
            ["Defaults:GpuMemoryBudgetBytes"],
            "bytes of GPU memory that a model may take, or a size such as `8GB`; 0: what is free",
            static value => value.Load.GpuMemoryBudgetBytes = GpuMemory(value.Text)
        ),
        new(
            "OLLAMA_NUM_GPU",
            ["Defaults:GpuLayers"],
            "as the parameter `num_gpu`: layers on the GPU, not GPUs; -1: as many as fit. `OLLAMA_GPU_LAYERS` wins over it",
            SetNumGpu
        ),
        new(
            "OLLAMA_NUM_THREAD",
            ["Defaults:Threads"],
            "as the parameter `num_thread`: the most threads that compute; 0: automatic",
            static value => Count(value, count => value.Load.Threads = count)
        ),
        new(
            Layers,
            ["Defaults:GpuLayers"],
            "layers on the GPU; -1: as many as fit",
            static value => value.Load.GpuLayers = LayerCount(value.Text)
        ),
        new(
            "CUDA_VISIBLE_DEVICES",
            [],
            "read by the CUDA libraries themselves, at the start of the process: which NVIDIA GPUs there are, and in which order; `-1` or "
                + "nothing: none",
            static value =>
                value.Note(
                    value.Text is "" or "-1"
                        ? "The CUDA libraries read it themselves: no NVIDIA GPU is visible to them."
                        : "The CUDA libraries read it themselves: only these NVIDIA GPUs are visible to them, counted from 0 in this order."
                )
        ),
        new(
            Model,
            ["DefaultModel"],
            "a name of `Models`, or a path: the model that answers where a request names none",
            static value => value.Options.DefaultModel = value.Text
        ),
        new(
            "FOUNDRY_HARDWARE",
            ["Defaults:Devices"],
            "`npu`, `gpu`, `cpu` or another device is tried first, then the usual order; a list with commas is the whole order; `auto` is "
                + "the usual one",
            SetHardware
        ),
    ];

    /// <summary>Sets options from the environment. What is set already, in code, stays.</summary>
    /// <param name="read">Reads a variable.</param>
    /// <param name="options">Receives values, notices and problems.</param>
    public static void Apply(Func<string, string?> read, LocalSlmOptions options)
    {
        foreach (var variable in All)
        {
            var raw = read(variable.Name);
            var text = Clean(raw);
            // To most variables nothing is no value. To CUDA, it is: no device.
            if (raw is null || (text.Length == 0 && variable.Writes.Count > 0))
            {
                continue;
            }

            try
            {
                variable.Apply(new PeerValue(variable.Name, text, options, read));
            }
            catch (Exception error) when (error is FormatException or OverflowException or ArgumentException)
            {
                options.Problems.Add($"The environment variable {variable.Name} is '{text}'. {ErrorText.Of(error)}");
            }
        }
    }

    /// <summary>Takes spaces and quotes away from around a value, as Ollama does.</summary>
    public static string Clean(string? value) => (value ?? "").Trim(' ', '\t', '"', '\'');

    // What is 0 is as if it was not set.
    private static void Count(PeerValue value, Action<int> set)
    {
        if (TextValue.Int32(value.Text) is not 0 and var count)
        {
            set(count);
        }
    }

    // As Go's strconv.ParseBool; what that cannot read Ollama takes for true.
    private static bool Truth(string text) =>
        text switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
            _ => throw new FormatException("1, true, 0 or false is wanted."),
        };

    private static KvCacheType CacheType(string text) =>
        text.ToLowerInvariant() switch
        {
            "f16" => KvCacheType.Float16,
            "f32" => KvCacheType.Float32,
            "q8_0" => KvCacheType.Q8_0,
            "q4_0" => KvCacheType.Q4_0,
            _ => throw new FormatException("f16, q8_0, q4_0 or f32 is wanted."),
        };

    private static TimeSpan LoadTimeout(PeerValue value)
    {
        var time = DurationText.Parse(value.Text);
        if (time > TimeSpan.Zero)
        {
            return time;
        }

        value.Note("There, a load may take for ever; here, it may take one day on each device.");
        return TimeSpan.FromDays(1);
    }

    private static long? GpuMemory(string text) =>
        SizeText.Parse(text) switch
        {
            0 => null,
            > 0 and < LeastGpuMemory => throw new FormatException(
                $"A number alone is bytes, and that is too little for any model. Write a unit, such as {text}MiB."
            ),
            var bytes => bytes,
        };

    private static int? LayerCount(string text) => TextValue.Int32(text) is >= 0 and var layers ? layers : null;

    private static void SetNumGpu(PeerValue value)
    {
        var layers = LayerCount(value.Text);
        if (Clean(value.Read(Layers)).Length > 0)
        {
            value.Note($"{Layers} is set as well, and wins.");
            return;
        }

        value.Load.GpuLayers = layers;
        if (layers is > 0 and < 8)
        {
            value.Note(
                "It is the number of layers on the GPU, not of GPUs. For all layers, write 999 or leave it out."
            );
        }
    }

    private static void SetHardware(PeerValue value)
    {
        var words = value.Text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        DeviceOrder.Set(
            value.Load,
            words switch
            {
                [] => throw new FormatException("A device is wanted: npu, gpu, cpu, or auto."),
                [var only] => DeviceOrder.Read(only, null),
                [var first, .. var rest] => DeviceOrder.Read(first, rest),
            }
        );
    }
}
