using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>Reads options from configuration without reflection. Whatever is wrong, unknown names included, is collected in
/// words, so that the host reports all of it at once.</summary>
internal static class ConfigurationReader
{
    public const string Root = "LocalSlm";
    public const string Models = "Models";
    public const string EmbeddingModels = "EmbeddingModels";

    // Every option under its name; tests compare the names with the properties.
    private static readonly Dictionary<string, Action<ModelLoadOptions, string>> s_loadOptions = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        [nameof(ModelLoadOptions.ContextTokens)] = static (load, text) => load.ContextTokens = Optional(text),
        [nameof(ModelLoadOptions.MaxConcurrentReplies)] = static (load, text) =>
            load.MaxConcurrentReplies = Int32(text),
        [nameof(ModelLoadOptions.CachedConversations)] = static (load, text) => load.CachedConversations = Int32(text),
        [nameof(ModelLoadOptions.CacheTokens)] = static (load, text) => load.CacheTokens = Optional(text),
        [nameof(ModelLoadOptions.MemoryBudgetBytes)] = static (load, text) =>
            load.MemoryBudgetBytes = text.Length == 0 ? null : Int64(text),
        [nameof(ModelLoadOptions.MaxQueuedRequests)] = static (load, text) => load.MaxQueuedRequests = Int32(text),
        [nameof(ModelLoadOptions.ReplyBufferUpdates)] = static (load, text) => load.ReplyBufferUpdates = Int32(text),
        [nameof(ModelLoadOptions.StalledReaderTimeout)] = static (load, text) =>
            load.StalledReaderTimeout = Duration(text),
        [nameof(ModelLoadOptions.Threads)] = static (load, text) => load.Threads = Optional(text),
        [nameof(ModelLoadOptions.AdaptThreads)] = static (load, text) => load.AdaptThreads = Boolean(text),
        [nameof(ModelLoadOptions.GpuLayers)] = static (load, text) => load.GpuLayers = Optional(text),
        [nameof(ModelLoadOptions.KvCacheType)] = static (load, text) => load.KvCacheType = Choice<KvCacheType>(text),
        [nameof(ModelLoadOptions.FlashAttention)] = static (load, text) =>
            load.FlashAttention = text.Length == 0 ? null : Boolean(text),
        [nameof(ModelLoadOptions.KvCacheLayout)] = static (load, text) =>
            load.KvCacheLayout = Choice<KvCacheLayout>(text),
        [nameof(ModelLoadOptions.BatchTokens)] = static (load, text) => load.BatchTokens = Int32(text),
        [nameof(ModelLoadOptions.PrefillChunkTokens)] = static (load, text) => load.PrefillChunkTokens = Int32(text),
        [nameof(ModelLoadOptions.UseMemoryMap)] = static (load, text) => load.UseMemoryMap = Boolean(text),
        [nameof(ModelLoadOptions.ChatTemplate)] = static (load, text) => load.ChatTemplate = text,
        [nameof(ModelLoadOptions.ChatTemplateName)] = static (load, text) => load.ChatTemplateName = text,
        [nameof(ModelLoadOptions.ToolFormat)] = static (load, text) => load.ToolFormat = text.Length == 0 ? null : text,
    };

    private static readonly Dictionary<string, Action<ChatModelOptions, string>> s_chatOptions = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        [nameof(ChatModelOptions.Path)] = static (model, text) => model.Path = text,
        [nameof(ChatModelOptions.LoadAtStart)] = static (model, text) => model.LoadAtStart = Boolean(text),
    };

    private static readonly Dictionary<string, Action<EmbeddingModelOptions, string>> s_embeddingOptions = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        [nameof(EmbeddingModelOptions.Path)] = static (model, text) => model.Path = text,
        [nameof(EmbeddingModelOptions.LoadAtStart)] = static (model, text) => model.LoadAtStart = Boolean(text),
        [nameof(EmbeddingLoadOptions.MaxTokens)] = static (model, text) => model.Embedding.MaxTokens = Optional(text),
        [nameof(EmbeddingLoadOptions.Pooling)] = static (model, text) =>
            model.Embedding.Pooling = text.Length == 0 ? null : Choice<EmbeddingPooling>(text),
        [nameof(EmbeddingLoadOptions.Normalize)] = static (model, text) =>
            model.Embedding.Normalize = text.Length == 0 ? null : Boolean(text),
        [nameof(EmbeddingLoadOptions.OverlongTexts)] = static (model, text) =>
            model.Embedding.OverlongTexts = Choice<OverlongTextPolicy>(text),
        [nameof(EmbeddingLoadOptions.SpecialTokensAreText)] = static (model, text) =>
            model.Embedding.SpecialTokensAreText = Boolean(text),
        [nameof(EmbeddingLoadOptions.AllowAnyDimensions)] = static (model, text) =>
            model.Embedding.AllowAnyDimensions = Boolean(text),
        [nameof(EmbeddingLoadOptions.DefaultPromptName)] = static (model, text) =>
            model.Embedding.DefaultPromptName = text,
        [nameof(EmbeddingLoadOptions.BatchTexts)] = static (model, text) => model.Embedding.BatchTexts = Int32(text),
    };

    /// <summary>Gets the names of a model's options.</summary>
    public static IEnumerable<string> ModelOptionNames =>
        [.. s_chatOptions.Keys, .. s_loadOptions.Keys, Devices, TemplateVariables];

    /// <summary>Gets the names of an embedding model's options.</summary>
    public static IEnumerable<string> EmbeddingOptionNames =>
        [.. s_embeddingOptions.Keys, .. s_loadOptions.Keys, Devices, Prompts, TemplateVariables];

    private static string Prompts => nameof(EmbeddingLoadOptions.Prompts);

    private static string Devices => nameof(ModelLoadOptions.Devices);

    private static string TemplateVariables => nameof(ModelLoadOptions.ChatTemplateVariables);

    /// <summary>Reads everything.</summary>
    /// <param name="configuration">The section <c>LocalSlm</c>.</param>
    /// <param name="options">Receives values and problems.</param>
    public static void Read(IConfiguration configuration, LocalSlmOptions options)
    {
        foreach (var entry in configuration.GetChildren())
        {
            if (Is(entry, Models))
            {
                foreach (var model in entry.GetChildren())
                {
                    ReadModel(model, options.Model(model.Key), options.Problems);
                }
            }
            else if (Is(entry, EmbeddingModels))
            {
                foreach (var model in entry.GetChildren())
                {
                    ReadModel(model, options.EmbeddingModel(model.Key), options.Problems);
                }
            }
            else if (Is(entry, nameof(options.DefaultEmbeddingModel)))
            {
                options.DefaultEmbeddingModel = entry.Value;
            }
            else if (Is(entry, nameof(options.DefaultModel)))
            {
                options.DefaultModel = entry.Value;
            }
            else if (Is(entry, nameof(options.NativeLibraryDirectory)))
            {
                options.NativeLibraryDirectory = entry.Value;
            }
            else if (Is(entry, nameof(options.Onnx)))
            {
                RuntimeReader.ReadOnnx(entry, options.Onnx, options.Problems);
            }
            else
            {
                options.Problems.Add(
                    $"{entry.Path} is unknown. Known are: {Models}, {EmbeddingModels}, {nameof(options.DefaultModel)}, "
                        + $"{nameof(options.DefaultEmbeddingModel)}, {nameof(options.NativeLibraryDirectory)}, {nameof(options.Onnx)}."
                );
            }
        }
    }

    private static void ReadModel(IConfigurationSection section, ChatModelOptions model, List<string> problems)
    {
        foreach (var entry in section.GetChildren())
        {
            if (Is(entry, TemplateVariables))
            {
                ReadVariables(entry, model.Load);
            }
            else if (Is(entry, Devices))
            {
                RuntimeReader.ReadDevices(entry, model.Load, problems);
            }
            else if (
                !TrySet(s_chatOptions, model, entry, problems) && !TrySet(s_loadOptions, model.Load, entry, problems)
            )
            {
                problems.Add($"{entry.Path} is unknown. Known are: {string.Join(", ", ModelOptionNames)}.");
            }
        }
    }

    private static void ReadModel(IConfigurationSection section, EmbeddingModelOptions model, List<string> problems)
    {
        foreach (var entry in section.GetChildren())
        {
            if (Is(entry, Prompts))
            {
                foreach (var prompt in entry.GetChildren())
                {
                    model.Embedding.Prompts[prompt.Key] = prompt.Value ?? "";
                }
            }
            else if (Is(entry, TemplateVariables))
            {
                ReadVariables(entry, model.Embedding.Load);
            }
            else if (Is(entry, Devices))
            {
                RuntimeReader.ReadDevices(entry, model.Embedding.Load, problems);
            }
            else if (
                !TrySet(s_embeddingOptions, model, entry, problems)
                && !TrySet(s_loadOptions, model.Embedding.Load, entry, problems)
            )
            {
                problems.Add($"{entry.Path} is unknown. Known are: {string.Join(", ", EmbeddingOptionNames)}.");
            }
        }
    }

    private static void ReadVariables(IConfigurationSection section, ModelLoadOptions load)
    {
        foreach (var variable in section.GetChildren())
        {
            load.ChatTemplateVariables[variable.Key] = TemplateValue(variable.Value);
        }
    }

    private static bool TrySet<T>(
        Dictionary<string, Action<T, string>> known,
        T options,
        IConfigurationSection entry,
        List<string> problems
    )
    {
        if (!known.TryGetValue(entry.Key, out var set))
        {
            return false;
        }

        try
        {
            set(options, entry.Value ?? "");
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentException)
        {
            problems.Add($"{entry.Path} is '{entry.Value}'. {error.Message}");
        }

        return true;
    }

    private static bool Is(IConfigurationSection entry, string name) =>
        string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase);

    private static int? Optional(string text) => text.Length == 0 ? null : Int32(text);

    private static int Int32(string text) =>
        int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static long Int64(string text) =>
        long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static bool Boolean(string text) => bool.Parse(text);

    private static TimeSpan Duration(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);

    private static T Choice<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw new FormatException($"One of {string.Join(", ", Enum.GetNames<T>())} is wanted.");

    // Configuration knows text alone; templates tell true from "true".
    private static object? TemplateValue(string? text) =>
        bool.TryParse(text, out var truth) ? truth
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : text;
}
