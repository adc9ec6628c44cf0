using LocalSlm.Gguf;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Runtime;

/// <summary>Opens models for tests: small contexts, one thread, so that results do not depend on the machine's load.</summary>
internal static class LoadedModels
{
    public static GgufRuntime Runtime { get; } =
        new(new GgufRuntimeOptions { NativeDirectory = TestAssets.NativeDirectory });

    public static ModelLoadOptions SmallOptions(KvCacheLayout layout = KvCacheLayout.Unified) =>
        new()
        {
            ContextTokens = 512,
            CacheTokens = 1024,
            MaxConcurrentReplies = 4,
            CachedConversations = 0,
            Threads = 1,
            AdaptThreads = false,
            KvCacheLayout = layout,
        };

    public static Task<IRuntimeModel> OpenAsync(string path, ModelLoadOptions? options = null) =>
        Runtime.OpenAsync(path, options ?? SmallOptions(), NullLoggerFactory.Instance, null, CancellationToken.None);
}
