using LocalSlm.Hosting.Registration.Values;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>Every property of <see cref="ModelLoadOptions"/>; a test compares the names with the properties.</summary>
internal static class LoadOptionTable
{
    private static readonly LoadOption[] s_all =
    [
        Scalar(
            nameof(ModelLoadOptions.ContextTokens),
            static load => load.ContextTokens,
            static (load, value) => load.ContextTokens = value,
            TextValue.OptionalInt32,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.MaxConcurrentReplies),
            static load => load.MaxConcurrentReplies,
            static (load, value) => load.MaxConcurrentReplies = value,
            TextValue.Int32,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.CachedConversations),
            static load => load.CachedConversations,
            static (load, value) => load.CachedConversations = value,
            TextValue.Int32,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.CacheTokens),
            static load => load.CacheTokens,
            static (load, value) => load.CacheTokens = value,
            TextValue.OptionalInt32,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.MemoryBudgetBytes),
            static load => load.MemoryBudgetBytes,
            static (load, value) => load.MemoryBudgetBytes = value,
            TextValue.OptionalSize
        ),
        Scalar(
            nameof(ModelLoadOptions.MaxQueuedRequests),
            static load => load.MaxQueuedRequests,
            static (load, value) => load.MaxQueuedRequests = value,
            TextValue.Int32
        ),
        Scalar(
            nameof(ModelLoadOptions.ReplyBufferUpdates),
            static load => load.ReplyBufferUpdates,
            static (load, value) => load.ReplyBufferUpdates = value,
            TextValue.Int32,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.StalledReaderTimeout),
            static load => load.StalledReaderTimeout,
            static (load, value) => load.StalledReaderTimeout = value,
            DurationText.Parse,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.Threads),
            static load => load.Threads,
            static (load, value) => load.Threads = value,
            TextValue.OptionalInt32
        ),
        Scalar(
            nameof(ModelLoadOptions.AdaptThreads),
            static load => load.AdaptThreads,
            static (load, value) => load.AdaptThreads = value,
            TextValue.Boolean
        ),
        new ListLoadOption<DeviceSelector>(
            nameof(ModelLoadOptions.Devices),
            static load => load.Devices,
            static text => DeviceSelector.Parse(text),
            DeviceText.WithOptions
        )
        {
            Excludes = nameof(ModelLoadOptions.RequireDevice),
        },
        new RequiredDeviceOption { Excludes = nameof(ModelLoadOptions.Devices) },
        new ListLoadOption<DeviceSelector>(
            nameof(ModelLoadOptions.ExcludedDevices),
            static load => load.ExcludedDevices,
            static text => DeviceSelector.Parse(text),
            DeviceText.WithOptions
        ),
        Scalar(
            nameof(ModelLoadOptions.DeviceSelection),
            static load => load.DeviceSelection,
            static (load, value) => load.DeviceSelection = value,
            TextValue.Choice<DeviceSelection>
        ),
        Scalar(
            nameof(ModelLoadOptions.FailOver),
            static load => load.FailOver,
            static (load, value) => load.FailOver = value,
            TextValue.Boolean
        ),
        Scalar(
            nameof(ModelLoadOptions.RetryAfterCrash),
            static load => load.RetryAfterCrash,
            static (load, value) => load.RetryAfterCrash = value,
            TextValue.Boolean
        ),
        Scalar(
            nameof(ModelLoadOptions.LoadTimeout),
            static load => load.LoadTimeout,
            static (load, value) => load.LoadTimeout = value,
            TextValue.OptionalDuration
        ),
        Scalar(
            nameof(ModelLoadOptions.GpuOverheadBytes),
            static load => load.GpuOverheadBytes,
            static (load, value) => load.GpuOverheadBytes = value,
            TextValue.OptionalSize
        ),
        Scalar(
            nameof(ModelLoadOptions.GpuMemoryBudgetBytes),
            static load => load.GpuMemoryBudgetBytes,
            static (load, value) => load.GpuMemoryBudgetBytes = value,
            TextValue.OptionalSize
        ),
        Scalar(
            nameof(ModelLoadOptions.ExpertsOnCpu),
            static load => load.ExpertsOnCpu,
            static (load, value) => load.ExpertsOnCpu = value,
            TextValue.OptionalBoolean
        ),
        new ListLoadOption<double>(nameof(ModelLoadOptions.GpuSplit), static load => load.GpuSplit, TextValue.Double),
        Scalar(
            nameof(ModelLoadOptions.GpuLayers),
            static load => load.GpuLayers,
            static (load, value) => load.GpuLayers = value,
            TextValue.OptionalInt32
        ),
        Scalar(
            nameof(ModelLoadOptions.KvCacheType),
            static load => load.KvCacheType,
            static (load, value) => load.KvCacheType = value,
            TextValue.Choice<KvCacheType>,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.FlashAttention),
            static load => load.FlashAttention,
            static (load, value) => load.FlashAttention = value,
            TextValue.OptionalBoolean
        ),
        Scalar(
            nameof(ModelLoadOptions.KvCacheLayout),
            static load => load.KvCacheLayout,
            static (load, value) => load.KvCacheLayout = value,
            TextValue.Choice<KvCacheLayout>,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.BatchTokens),
            static load => load.BatchTokens,
            static (load, value) => load.BatchTokens = value,
            TextValue.Int32
        ),
        Scalar(
            nameof(ModelLoadOptions.PrefillChunkTokens),
            static load => load.PrefillChunkTokens,
            static (load, value) => load.PrefillChunkTokens = value,
            TextValue.Int32,
            conversationOnly: true
        ),
        Scalar(
            nameof(ModelLoadOptions.UseMemoryMap),
            static load => load.UseMemoryMap,
            static (load, value) => load.UseMemoryMap = value,
            TextValue.Boolean
        ),
        Scalar(
            nameof(ModelLoadOptions.ChatTemplate),
            static load => load.ChatTemplate,
            static (load, value) => load.ChatTemplate = value,
            static text => (string?)text,
            conversationOnly: true,
            excludes: nameof(ModelLoadOptions.ChatTemplateName)
        ),
        Scalar(
            nameof(ModelLoadOptions.ChatTemplateName),
            static load => load.ChatTemplateName,
            static (load, value) => load.ChatTemplateName = value,
            static text => (string?)text,
            conversationOnly: true,
            excludes: nameof(ModelLoadOptions.ChatTemplate)
        ),
        new TemplateVariablesOption { ConversationOnly = true },
        Scalar(
            nameof(ModelLoadOptions.ToolFormat),
            static load => load.ToolFormat,
            static (load, value) => load.ToolFormat = value,
            TextValue.OptionalText,
            conversationOnly: true
        ),
    ];

    private static readonly Dictionary<string, LoadOption> s_byName = s_all.ToDictionary(
        static option => option.Name,
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Gets the names, in the order of the properties.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(static option => option.Name)];

    /// <summary>Finds an option.</summary>
    /// <param name="name">Its name, in any case.</param>
    /// <returns>The option, or <see langword="null"/>.</returns>
    public static LoadOption? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>Reads one option, if the section is one.</summary>
    /// <param name="entry">The section.</param>
    /// <param name="load">Receives the option.</param>
    /// <param name="set">Receives its name; <see langword="null"/> if nobody asks.</param>
    /// <param name="problems">Receives what was wrong.</param>
    /// <returns><see langword="false"/> if it is none.</returns>
    public static bool TryRead(
        IConfigurationSection entry,
        ModelLoadOptions load,
        HashSet<string>? set,
        List<string> problems
    )
    {
        if (Find(entry.Key) is not { } option)
        {
            return false;
        }

        set?.Add(option.Name);
        option.Read(entry, load, problems);
        return true;
    }

    /// <summary>Drops what a lower source of options said where a higher one says what excludes it.</summary>
    /// <param name="names">The names that the higher source sets.</param>
    /// <param name="load">The options of the lower one.</param>
    public static void DropExcluded(IReadOnlySet<string> names, ModelLoadOptions load)
    {
        foreach (var option in s_all)
        {
            if (option.Excludes is { } other && names.Contains(other) && !names.Contains(option.Name))
            {
                option.Reset(load);
            }
        }
    }

    /// <summary>Gives a model what the host's defaults say and the model itself does not.</summary>
    /// <param name="defaults">The host's defaults.</param>
    /// <param name="load">The model's options.</param>
    /// <param name="set">The names that the model sets itself, be it to their defaults.</param>
    /// <param name="conversations">Whether the model holds conversations.</param>
    public static void Complete(
        ModelLoadOptions defaults,
        ModelLoadOptions load,
        IReadOnlySet<string> set,
        bool conversations
    )
    {
        // Told before anything is copied: a copied option must not look like one of the model's own.
        bool IsOwn(LoadOption option) => !option.IsJoined && (set.Contains(option.Name) || option.IsSet(load));
        var missing = s_all
            .Where(option =>
                (conversations || !option.ConversationOnly)
                && !IsOwn(option)
                && (option.Excludes is not { } other || !IsOwn(s_byName[other]))
            )
            .ToList();
        foreach (var option in missing)
        {
            option.Copy(defaults, load);
        }
    }

    private static ScalarLoadOption<T> Scalar<T>(
        string name,
        Func<ModelLoadOptions, T> get,
        Action<ModelLoadOptions, T> set,
        Func<string, T> parse,
        bool conversationOnly = false,
        string? excludes = null
    ) => new(name, get, set, parse) { ConversationOnly = conversationOnly, Excludes = excludes };
}
