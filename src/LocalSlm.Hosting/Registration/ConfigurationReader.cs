using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>Reads options from configuration without reflection. Whatever is wrong, unknown names included, is collected in
/// words, so that the host reports all of it at once.</summary>
internal static class ConfigurationReader
{
    public const string Root = "LocalSlm";
    public const string Models = "Models";

    // Every option of a model under its name; a test compares the names with the properties.
    private static readonly Dictionary<string, Action<ChatModelOptions, string>> s_modelOptions = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        [nameof(ChatModelOptions.Path)] = static (model, text) => model.Path = text,
        [nameof(ChatModelOptions.LoadAtStart)] = static (model, text) => model.LoadAtStart = Boolean(text),
        [nameof(ModelLoadOptions.ContextTokens)] = static (model, text) => model.Load.ContextTokens = Optional(text),
        [nameof(ModelLoadOptions.MaxConcurrentReplies)] = static (model, text) =>
            model.Load.MaxConcurrentReplies = Int32(text),
        [nameof(ModelLoadOptions.CachedConversations)] = static (model, text) =>
            model.Load.CachedConversations = Int32(text),
        [nameof(ModelLoadOptions.CacheTokens)] = static (model, text) => model.Load.CacheTokens = Optional(text),
        [nameof(ModelLoadOptions.MemoryBudgetBytes)] = static (model, text) =>
            model.Load.MemoryBudgetBytes = text.Length == 0 ? null : Int64(text),
        [nameof(ModelLoadOptions.MaxQueuedRequests)] = static (model, text) =>
            model.Load.MaxQueuedRequests = Int32(text),
        [nameof(ModelLoadOptions.ReplyBufferUpdates)] = static (model, text) =>
            model.Load.ReplyBufferUpdates = Int32(text),
        [nameof(ModelLoadOptions.StalledReaderTimeout)] = static (model, text) =>
            model.Load.StalledReaderTimeout = Duration(text),
        [nameof(ModelLoadOptions.Threads)] = static (model, text) => model.Load.Threads = Optional(text),
        [nameof(ModelLoadOptions.AdaptThreads)] = static (model, text) => model.Load.AdaptThreads = Boolean(text),
        [nameof(ModelLoadOptions.GpuLayers)] = static (model, text) => model.Load.GpuLayers = Optional(text),
        [nameof(ModelLoadOptions.KvCacheType)] = static (model, text) =>
            model.Load.KvCacheType = Choice<KvCacheType>(text),
        [nameof(ModelLoadOptions.FlashAttention)] = static (model, text) =>
            model.Load.FlashAttention = text.Length == 0 ? null : Boolean(text),
        [nameof(ModelLoadOptions.KvCacheLayout)] = static (model, text) =>
            model.Load.KvCacheLayout = Choice<KvCacheLayout>(text),
        [nameof(ModelLoadOptions.BatchTokens)] = static (model, text) => model.Load.BatchTokens = Int32(text),
        [nameof(ModelLoadOptions.PrefillChunkTokens)] = static (model, text) =>
            model.Load.PrefillChunkTokens = Int32(text),
        [nameof(ModelLoadOptions.UseMemoryMap)] = static (model, text) => model.Load.UseMemoryMap = Boolean(text),
        [nameof(ModelLoadOptions.ChatTemplate)] = static (model, text) => model.Load.ChatTemplate = text,
    };

    /// <summary>Gets the names of a model's options.</summary>
    public static IEnumerable<string> ModelOptionNames => [.. s_modelOptions.Keys, TemplateVariables];

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
            else if (Is(entry, nameof(options.DefaultModel)))
            {
                options.DefaultModel = entry.Value;
            }
            else if (Is(entry, nameof(options.NativeLibraryDirectory)))
            {
                options.NativeLibraryDirectory = entry.Value;
            }
            else
            {
                options.Problems.Add(
                    $"{entry.Path} is unknown. Known are: {Models}, {nameof(options.DefaultModel)}, "
                        + $"{nameof(options.NativeLibraryDirectory)}."
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
                foreach (var variable in entry.GetChildren())
                {
                    model.Load.ChatTemplateVariables[variable.Key] = TemplateValue(variable.Value);
                }
            }
            else if (!s_modelOptions.TryGetValue(entry.Key, out var set))
            {
                problems.Add($"{entry.Path} is unknown. Known are: {string.Join(", ", ModelOptionNames)}.");
            }
            else
            {
                try
                {
                    set(model, entry.Value ?? "");
                }
                catch (Exception error) when (error is FormatException or OverflowException or ArgumentException)
                {
                    problems.Add($"{entry.Path} is '{entry.Value}'. {error.Message}");
                }
            }
        }
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
