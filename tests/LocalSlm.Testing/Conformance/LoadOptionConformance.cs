using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LocalSlm.Testing;

/// <summary>Every property of <see cref="ModelLoadOptions"/> is honoured by a runtime or refused by name: a row for each sets it and looks
/// what becomes of it. A property that is new fails here until somebody has decided.</summary>
public abstract class LoadOptionConformance
{
    private const long Giga = 1L << 30;

    /// <summary>What engine, opener and manager honour above every runtime, shown with the fake runtime by the tests of
    /// LocalSlm.Core: InferenceEngineTests, LoadedModelTests, CancellationAndTimeTests, MeasuredSelectionTests, CrashMarkerTests, FailoverScheduleTests.</summary>
    private static readonly string[] s_aboveTheRuntimes =
    [
        nameof(ModelLoadOptions.MaxQueuedRequests),
        nameof(ModelLoadOptions.ReplyBufferUpdates),
        nameof(ModelLoadOptions.StalledReaderTimeout),
        nameof(ModelLoadOptions.PrefillChunkTokens),
        nameof(ModelLoadOptions.DeviceSelection),
        nameof(ModelLoadOptions.RetryAfterCrash),
        nameof(ModelLoadOptions.LoadTimeout),
        nameof(ModelLoadOptions.FailOver),
        // Shown by steps that are timed: SharedCoresTests for GGUF, ProcessorUseTests for ONNX.
        nameof(ModelLoadOptions.AdaptThreads),
    ];

    protected abstract IModelRuntime Runtime { get; }

    /// <summary>Gets a small chat model.</summary>
    protected abstract string ModelPath { get; }

    /// <summary>Gets a device with memory of its own, as the runtime would list it.</summary>
    protected abstract ComputeDevice Gpu { get; }

    /// <summary>Gets the rows that differ between runtimes.</summary>
    protected abstract IReadOnlyDictionary<string, Func<Task>> OwnRows { get; }

    [Fact]
    public async Task LoadOptions_EachProperty_IsHonouredOrRefusedByName()
    {
        var rows = CommonRows().Concat(OwnRows).ToDictionary();
        var failures = new List<string>();
        foreach (var property in typeof(ModelLoadOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (rows.Remove(property.Name, out var row))
            {
                try
                {
                    await row();
                }
                catch (Exception error)
                {
                    failures.Add($"{property.Name}: {error.Message}");
                }
            }
            else if (!s_aboveTheRuntimes.Contains(property.Name))
            {
                failures.Add($"{property.Name}: nobody has decided whether it is honoured or refused.");
            }
        }

        failures.AddRange(rows.Keys.Select(static name => $"{name}: there is no such option."));
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    /// <summary>Loads with an option, and looks at what it resolved to.</summary>
    protected Func<Task> Loaded(Action<ModelLoadOptions> set, Func<LoadedModelInfo, bool> isSo) =>
        async () =>
        {
            await using var model = await LoadAsync(set);
            Assert.True(isSo(model.Info), model.Info.ToString());
        };

    /// <summary>Opens with an option, and looks at the decoder.</summary>
    protected Func<Task> Decodes(Action<ModelLoadOptions> set, Func<DecoderCapabilities, bool> isSo) =>
        async () =>
        {
            var options = Options(set);
            using var model = await Runtime.OpenAsync(ModelPath, options, NullLoggerFactory.Instance, null, default);
            Assert.True(isSo(model.Decoder.Capabilities), model.Decoder.Capabilities.ToString());
        };

    /// <summary>Loads with an option, which must be refused with words that name it.</summary>
    protected Func<Task> Refused<TError>(Action<ModelLoadOptions> set, string words)
        where TError : Exception =>
        async () =>
        {
            var error = await Assert.ThrowsAsync<TError>(() => LoadAsync(set));
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        };

    /// <summary>Plans with a graphics processor of 8 GiB that an option keeps the model off, by name.</summary>
    protected Func<Task> KeptOff(Action<ModelLoadOptions> set, string words) =>
        () =>
        {
            var plan = Plan(set);
            Assert.Equal("CPU", Assert.Single(plan.Candidates).Device.Name);
            Assert.Contains(plan.Excluded, one => one.Reason.Contains(words, StringComparison.Ordinal));
            Assert.Equal(Gpu.Name, Plan(static _ => { }).Candidates[0].Device.Name);
            return Task.CompletedTask;
        };

    protected PlacementPlan Plan(Action<ModelLoadOptions> set, params ComputeDevice[] others)
    {
        var cpu = new ComputeDevice("CPU", "Processor", ComputeDeviceKind.Cpu, 64 * Giga, 64 * Giga)
        {
            Provider = Gpu.Provider is null ? null : "CPUExecutionProvider",
        };
        ComputeDevice[] devices = [Gpu, .. others, cpu];
        return ModelPlanner.PlanForDevices(Runtime, Runtime.Inspect(ModelPath), Options(set), devices, 64 * Giga);
    }

    protected static ModelLoadOptions Options(Action<ModelLoadOptions> set)
    {
        var options = new ModelLoadOptions { Threads = 1, PrefillChunkTokens = 32 };
        set(options);
        return options;
    }

    private Task<LocalModel> LoadAsync(Action<ModelLoadOptions> set) =>
        LocalModel.LoadAsync(Runtime, ModelPath, Options(set));

    private Dictionary<string, Func<Task>> CommonRows() =>
        new()
        {
            [nameof(ModelLoadOptions.ContextTokens)] = Loaded(
                static o => o.ContextTokens = 256,
                static info => info.ContextTokens == 256
            ),
            [nameof(ModelLoadOptions.CacheTokens)] = Loaded(
                static o => (o.ContextTokens, o.CacheTokens) = (256, 768),
                static info => info is { ContextTokens: 256, CacheTokens: 768 }
            ),
            [nameof(ModelLoadOptions.MaxConcurrentReplies)] = Loaded(
                static o => o.MaxConcurrentReplies = 3,
                static info => info.MaxConcurrentReplies == 3
            ),
            [nameof(ModelLoadOptions.CachedConversations)] = Decodes(
                static o => (o.MaxConcurrentReplies, o.CachedConversations) = (2, 5),
                static can => can.SequenceCount == 7
            ),
            [nameof(ModelLoadOptions.BatchTokens)] = Decodes(
                static o => o.BatchTokens = 77,
                static can => can.BatchTokens == 77
            ),
            [nameof(ModelLoadOptions.MemoryBudgetBytes)] = Refused<InsufficientMemoryException>(
                static o => o.MemoryBudgetBytes = 10_000,
                "MemoryBudgetBytes"
            ),
            [nameof(ModelLoadOptions.Threads)] = Loaded(static o => o.Threads = 2, static info => info.Threads == 2),
            [nameof(ModelLoadOptions.Devices)] = Refused<ModelLoadException>(
                static o => o.Devices.Add(DeviceSelector.Parse("gpu:nowhere")),
                "gpu:nowhere"
            ),
            [nameof(ModelLoadOptions.RequireDevice)] = Refused<ModelLoadException>(
                static o => o.RequireDevice = DeviceSelector.Parse("npu:nowhere"),
                "RequireDevice is 'npu:nowhere'"
            ),
            [nameof(ModelLoadOptions.ExcludedDevices)] = Refused<ModelLoadException>(
                static o =>
                {
                    o.Devices.Add(DeviceSelector.Cpu);
                    o.ExcludedDevices.Add(DeviceSelector.Cpu);
                },
                "ExcludedDevices names it"
            ),
            [nameof(ModelLoadOptions.GpuMemoryBudgetBytes)] = KeptOff(
                static o => o.GpuMemoryBudgetBytes = 1000,
                "GpuMemoryBudgetBytes"
            ),
            [nameof(ModelLoadOptions.GpuOverheadBytes)] = KeptOff(
                static o => o.GpuOverheadBytes = 8 * Giga,
                "GpuOverheadBytes"
            ),
            [nameof(ModelLoadOptions.ChatTemplate)] = Refused<ChatTemplateException>(
                static o => o.ChatTemplate = "{% if %}",
                "Expected an expression"
            ),
            [nameof(ModelLoadOptions.ChatTemplateName)] = Refused<ChatTemplateException>(
                static o => o.ChatTemplateName = "nowhere",
                "nowhere"
            ),
            [nameof(ModelLoadOptions.ToolFormat)] = Refused<ArgumentException>(
                static o => o.ToolFormat = "nowhere",
                "nowhere"
            ),
            [nameof(ModelLoadOptions.ChatTemplateVariables)] = async () =>
            {
                // A template that shows its variable: the prompt is longer by the words.
                await using var model = await LoadAsync(static o =>
                {
                    o.ChatTemplate = "{{ word }}";
                    o.ChatTemplateVariables["word"] = "abcdefgh abcdefgh abcdefgh";
                });
                using var client = model.CreateChatClient();
                var response = await client.GetResponseAsync(
                    [new(Microsoft.Extensions.AI.ChatRole.User, "x")],
                    new() { MaxOutputTokens = 1 }
                );
                Assert.True(response.Usage?.InputTokenCount > 8, $"{response.Usage?.InputTokenCount} tokens");
            },
        };
}
