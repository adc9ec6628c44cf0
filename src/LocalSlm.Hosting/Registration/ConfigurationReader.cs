using LocalSlm.Hosting.Deployment;
using LocalSlm.Hosting.Registration.Values;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>Reads the options of a host from configuration without reflection. Whatever is wrong, unknown names included, is collected in
/// words, so that the host reports all of it at once.</summary>
internal static class ConfigurationReader
{
    // Every option that is one text, under its name; tests compare the names with the properties.
    private static readonly Dictionary<string, Action<LocalSlmOptions, string>> s_values = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        [nameof(LocalSlmOptions.DefaultModel)] = static (options, text) =>
            options.DefaultModel = TextValue.OptionalText(text),
        [nameof(LocalSlmOptions.DefaultEmbeddingModel)] = static (options, text) =>
            options.DefaultEmbeddingModel = TextValue.OptionalText(text),
        [nameof(LocalSlmOptions.NativeLibraryDirectory)] = static (options, text) =>
            options.NativeLibraryDirectory = TextValue.OptionalText(text),
        [nameof(LocalSlmOptions.KeepAlive)] = static (options, text) =>
            options.KeepAlive = DurationText.ParseKeepAlive(text),
        [nameof(LocalSlmOptions.MaxLoadedModels)] = static (options, text) =>
            options.MaxLoadedModels = TextValue.OptionalInt32(text),
        [nameof(LocalSlmOptions.MemoryBudgetBytes)] = static (options, text) =>
            options.MemoryBudgetBytes = TextValue.OptionalSize(text),
        [nameof(LocalSlmOptions.MaxWaitingRequests)] = static (options, text) =>
            options.MaxWaitingRequests = TextValue.Int32(text),
        [nameof(LocalSlmOptions.LowMemoryBytes)] = static (options, text) =>
            options.LowMemoryBytes = SizeText.Parse(text),
        [nameof(LocalSlmOptions.MaxCacheBytes)] = static (options, text) =>
            options.MaxCacheBytes = TextValue.OptionalSize(text),
        [nameof(LocalSlmOptions.StopGracePeriod)] = static (options, text) =>
            options.StopGracePeriod = DurationText.Parse(text),
        [nameof(LocalSlmOptions.StateDirectory)] = static (options, text) =>
            options.StateDirectory = TextValue.OptionalText(text),
    };

    /// <summary>Gets the names of a host's options.</summary>
    public static IReadOnlyList<string> OptionNames { get; } =
    [
        .. s_values.Keys,
        nameof(LocalSlmOptions.Defaults),
        nameof(LocalSlmOptions.Onnx),
        nameof(LocalSlmOptions.Models),
        nameof(LocalSlmOptions.EmbeddingModels),
    ];

    /// <summary>Reads everything.</summary>
    /// <param name="source">What was given to <c>AddLocalSlm</c>.</param>
    /// <param name="options">Receives values and problems.</param>
    public static void Read(ConfigurationSource source, LocalSlmOptions options)
    {
        // Documents first: what the section LocalSlm says wins over them.
        DeploymentReader.Read(source, options);
        foreach (var entry in source.Options.GetChildren())
        {
            if (s_values.TryGetValue(entry.Key, out var set))
            {
                // A value that lies at the root may belong to somebody else, as environment variables do; a list is none of ours.
                SectionReader.Set(entry, text => set(options, text), options.Problems);
            }
            else if (SectionReader.Is(entry, nameof(options.Defaults)))
            {
                ReadDefaults(entry, options);
            }
            else if (SectionReader.Is(entry, nameof(options.Models)))
            {
                foreach (var model in ModelSectionReader.FindModels(entry))
                {
                    ModelSectionReader.Read(model, options.Model(model.Name), options.Problems);
                }
            }
            else if (SectionReader.Is(entry, nameof(options.EmbeddingModels)))
            {
                foreach (var model in ModelSectionReader.FindEmbeddingModels(entry))
                {
                    ModelSectionReader.Read(model, options.EmbeddingModel(model.Name), options.Problems);
                }
            }
            else if (SectionReader.Is(entry, nameof(options.Onnx)))
            {
                OnnxReader.Read(entry, options.Onnx, options.Problems);
            }
            else if (!source.IsDocument(entry) && source.MustKnow(entry, OptionNames))
            {
                options.Problems.Add(SectionReader.Unknown(entry, OptionNames));
            }
        }
    }

    private static void ReadDefaults(IConfigurationSection section, LocalSlmOptions options)
    {
        var entries = section.GetChildren().ToList();
        LoadOptionTable.DropExcluded(
            entries.Select(static entry => entry.Key).ToHashSet(StringComparer.OrdinalIgnoreCase),
            options.Defaults
        );
        foreach (var entry in entries)
        {
            if (!LoadOptionTable.TryRead(entry, options.Defaults, null, options.Problems))
            {
                options.Problems.Add(SectionReader.Unknown(entry, LoadOptionTable.Names));
            }
        }
    }
}
