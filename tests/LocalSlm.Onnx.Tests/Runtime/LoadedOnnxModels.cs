using LocalSlm.Onnx;
using LocalSlm.Tests.TinyOnnx;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Runtime;

/// <summary>Opens models for tests: small contexts, one thread, so that results do not depend on the machine's load.</summary>
internal static class LoadedOnnxModels
{
    public static OnnxModelRuntime Runtime { get; } = new();

    public static ModelLoadOptions SmallOptions() =>
        new()
        {
            ContextTokens = 256,
            CacheTokens = 1024,
            MaxConcurrentReplies = 4,
            CachedConversations = 2,
            Threads = 1,
        };

    public static Task<IRuntimeModel> OpenAsync(string path, ModelLoadOptions? options = null) =>
        Runtime.OpenAsync(path, options ?? SmallOptions(), NullLoggerFactory.Instance, null, CancellationToken.None);

    public static Task<IRuntimeModel> OpenTinyAsync(string name, ModelLoadOptions? options = null) =>
        OpenAsync(TinyDecoderFolder.Get(TinyDecoderSet.Get(name)), options);
}
