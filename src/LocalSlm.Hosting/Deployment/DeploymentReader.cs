using LocalSlm.Hosting.Registration;
using LocalSlm.Hosting.Registration.Values;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Deployment;

/// <summary>Reads the documents <c>deployment</c> and <c>performance</c>. Each key does what it says, or is told by name with what to write
/// instead.</summary>
internal sealed class DeploymentReader
{
    private readonly LocalSlmOptions _options;

    // How many replies are computed together, as each key says it.
    private readonly List<(string Path, int Replies)> _replies = [];

    private DeploymentReader(LocalSlmOptions options) => _options = options;

    /// <summary>Finds the models that documents name.</summary>
    /// <param name="source">What was given to <c>AddLocalSlm</c>.</param>
    /// <returns>Where each is named.</returns>
    public static IEnumerable<IConfigurationSection> FindModels(ConfigurationSource source) =>
        source
            .DocumentsOf(DeploymentKeys.Deployment)
            .Select(static document => document.GetSection("model"))
            .Where(static model => !string.IsNullOrWhiteSpace(model.Value));

    /// <summary>Reads the documents of a source.</summary>
    /// <param name="source">What was given to <c>AddLocalSlm</c>.</param>
    /// <param name="options">Receives values, notices and problems.</param>
    public static void Read(ConfigurationSource source, LocalSlmOptions options)
    {
        var reader = new DeploymentReader(options);
        foreach (var document in source.Documents)
        {
            reader.ReadSection(document, document.Key);
        }

        reader.SetReplies();
    }

    private void ReadSection(IConfigurationSection section, string path)
    {
        SectionReader.Knows(section, DeploymentKeys.ChildrenOf(path), _options.Problems);
        foreach (var entry in section.GetChildren())
        {
            ReadEntry(entry, $"{path}:{entry.Key}".ToLowerInvariant());
        }
    }

    private void ReadEntry(IConfigurationSection entry, string path)
    {
        var load = _options.Defaults;
        switch (path)
        {
            case "deployment:model":
                Set(entry, SetModel);
                break;
            case "deployment:hardware":
                ReadHardware(entry);
                break;
            case "deployment:optimization:quantization":
                Note(
                    entry,
                    "A model computes in the format of its file: choose a file that is quantized as you want, and Defaults:KvCacheType "
                        + "for the cache."
                );
                break;
            case "deployment:optimization:max_context":
                Set(entry, text => load.ContextTokens = TextValue.Int32(text));
                break;
            case "deployment:api:port" or "deployment:api:openai_compatible":
                Note(
                    entry,
                    "LocalSlm.Hosting serves no HTTP: map an endpoint in your application that calls IChatClient."
                );
                break;
            case "performance:memory_optimization:enable_kv_cache":
                Set(entry, RefuseNoCache);
                break;
            case "performance:memory_optimization:max_cache_size":
                Set(entry, text => _options.MaxCacheBytes = SizeText.Parse(text));
                break;
            case "deployment:optimization:batch_size"
            or "performance:parallel_requests"
            or "performance:hardware_scheduling:max_batch_size":
                Set(entry, text => AddReplies(entry, text));
                break;
            case "performance:batch_processing" or "performance:hardware_scheduling:enable_dynamic_batching":
                Set(entry, text => AddBatching(entry, text));
                break;
            default:
                // Of what is known, only sections are left; a value in the place of one has no keys to read.
                if (DeploymentKeys.ChildrenOf(path).Count > 0)
                {
                    ReadGroup(entry, path);
                }

                break;
        }
    }

    private void ReadGroup(IConfigurationSection section, string path)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            _options.Problems.Add(
                $"{section.Path} is '{section.Value}'. A section with {string.Join(", ", DeploymentKeys.ChildrenOf(path))} is wanted."
            );
        }
        else
        {
            ReadSection(section, path);
        }
    }

    private void SetModel(string text)
    {
        if (text.Length > 0)
        {
            _options.DefaultModel = text;
        }
    }

    private void ReadHardware(IConfigurationSection section)
    {
        if (
            !string.IsNullOrEmpty(section.Value)
            || !SectionReader.Knows(section, DeploymentKeys.ChildrenOf("deployment:hardware"), _options.Problems)
        )
        {
            if (!string.IsNullOrEmpty(section.Value))
            {
                ReadGroup(section, "deployment:hardware");
            }

            return;
        }

        var children = section.GetChildren().ToList();
        var preferred = children.Find(static child => SectionReader.Is(child, "preferred"));
        var fallback = children.Find(static child => SectionReader.Is(child, "fallback"));
        var after = fallback is null ? null : Texts(fallback);
        var first = preferred?.Value;
        if (string.IsNullOrWhiteSpace(first))
        {
            if (after is not [var head, .. var rest])
            {
                return;
            }

            (first, after) = (head, [.. rest]);
        }

        SectionReader.Try(
            section,
            string.Join(", ", [first, .. after ?? []]),
            () => DeviceOrder.Set(_options.Defaults, DeviceOrder.Read(first, after)),
            _options.Problems
        );
    }

    private static List<string> Texts(IConfigurationSection section) =>
        [
            .. (section.Value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            .. section.GetChildren().Select(static child => child.Value ?? ""),
        ];

    private void AddReplies(IConfigurationSection entry, string text)
    {
        var replies = TextValue.Int32(text);
        // The option's own limits, told with this key's name.
        _ = new ModelLoadOptions { MaxConcurrentReplies = replies };
        _replies.Add((entry.Path, replies));
    }

    private void AddBatching(IConfigurationSection entry, string text)
    {
        if (!TextValue.Boolean(text))
        {
            _replies.Add((entry.Path, 1));
        }
    }

    private void SetReplies()
    {
        if (_replies.Count == 0)
        {
            return;
        }

        var least = _replies.MinBy(static one => one.Replies);
        _options.Defaults.MaxConcurrentReplies = least.Replies;
        foreach (var (path, replies) in _replies)
        {
            if (replies > least.Replies && !path.EndsWith("max_batch_size", StringComparison.OrdinalIgnoreCase))
            {
                _options.NoticeList.Add(
                    $"{path} is {replies}, but {least.Path} allows {least.Replies}: that many replies are computed at once, and more "
                        + "requests wait. Write Defaults:MaxConcurrentReplies for one number."
                );
            }
        }
    }

    private static void RefuseNoCache(string text)
    {
        if (!TextValue.Boolean(text))
        {
            throw new FormatException(
                "A reply cannot be computed without its KV cache. To keep nothing between requests, set Defaults:CachedConversations to 0."
            );
        }
    }

    private void Set(IConfigurationSection entry, Action<string> set) =>
        SectionReader.Set(entry, set, _options.Problems);

    private void Note(IConfigurationSection entry, string instead) =>
        _options.NoticeList.Add($"{entry.Path} is '{entry.Value}', which sets nothing here. {instead}");
}
