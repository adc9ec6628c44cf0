using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Deployment;

/// <summary>The keys of deployment documents that are read, and how such documents are found. A test compares the guide with this
/// table.</summary>
internal static class DeploymentKeys
{
    public const string Deployment = "deployment";
    public const string Performance = "performance";

    private const string Replies = "Defaults:MaxConcurrentReplies";

    /// <summary>Gets every key.</summary>
    public static IReadOnlyList<DeploymentKey> All { get; } =
    [
        new(
            "deployment:model",
            "DefaultModel",
            "a name of `Models`, or a path: the model that answers where a request names none"
        ),
        new("deployment:hardware:preferred", "Defaults:Devices", "the first device that is tried"),
        new(
            "deployment:hardware:fallback",
            "Defaults:Devices",
            "the devices after it; where the key is missing, neural processors, graphics processors and the CPU follow"
        ),
        new(
            "deployment:optimization:quantization",
            null,
            "told as a notice: a model computes in the format of its file; choose another file, or `KvCacheType` for the cache"
        ),
        new(
            "deployment:optimization:batch_size",
            Replies,
            "the replies that are computed together; the least such number counts"
        ),
        new("deployment:optimization:max_context", "Defaults:ContextTokens", "the tokens of one conversation"),
        new(
            "deployment:api:port",
            null,
            "told as a notice: LocalSlm.Hosting serves no HTTP; map an endpoint in your application"
        ),
        new("deployment:api:openai_compatible", null, "told as a notice, as `port`"),
        new("performance:batch_processing", Replies, "`true` is what the engine does; `false`: one reply at a time"),
        new(
            "performance:parallel_requests",
            Replies,
            "the requests that are computed at once; the least such number counts, and more requests wait"
        ),
        new(
            "performance:memory_optimization:enable_kv_cache",
            null,
            "`true` is what the engine does; `false` is refused: set `CachedConversations` to 0"
        ),
        new(
            "performance:memory_optimization:max_cache_size",
            "MaxCacheBytes",
            "the most memory of one model's KV cache"
        ),
        new(
            "performance:hardware_scheduling:enable_dynamic_batching",
            Replies,
            "`true` is what the engine does; `false`: one reply at a time"
        ),
        new(
            "performance:hardware_scheduling:max_batch_size",
            Replies,
            "the most replies that are computed together; the least such number counts"
        ),
    ];

    /// <summary>Finds the documents among the sections of a configuration. A section that happens to have such a name, as an environment
    /// variable may, and none of the keys, is none.</summary>
    public static IReadOnlyList<IConfigurationSection> FindDocuments(IConfiguration configuration) =>
        [
            .. ((string[])[Deployment, Performance])
                .Select(configuration.GetSection)
                .Where(static section =>
                    section
                        .GetChildren()
                        .Any(child => ChildrenOf(section.Key).Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                ),
        ];

    /// <summary>Gets the keys right below one.</summary>
    /// <param name="path">The path of the upper one.</param>
    public static IReadOnlyList<string> ChildrenOf(string path) =>
        [
            .. All.Where(key => key.Path.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase))
                .Select(key => key.Path[(path.Length + 1)..].Split(':')[0])
                .Distinct(),
        ];
}
