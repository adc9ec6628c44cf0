using LocalSlm.Gguf;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Lifetime;

public sealed class CacheLimitTests
{
    // Keys and values of MiniMind2-Small in 16 bits: 8 layers of 2 heads of 64 numbers each, as its config.json says.
    private const long TokenBytes = 2 * 8 * 2 * 64 * 2;

    [Fact]
    public void Apply_NoLimitOrALargeOne_LeavesTheOptions()
    {
        var options = new ModelLoadOptions();

        Assert.Same(options, CacheLimit.Apply(new GgufRuntime(), TestAssets.MiniMindPath, options, null));
        Assert.Same(options, CacheLimit.Apply(new GgufRuntime(), TestAssets.MiniMindPath, options, 1L << 40));
    }

    [Fact]
    public void Apply_SmallLimit_CachesAsManyTokensAsFit()
    {
        var limited = CacheLimit.Apply(
            new GgufRuntime(),
            TestAssets.MiniMindPath,
            new ModelLoadOptions(),
            (1000 * TokenBytes) + 1
        );

        // Whole steps of 256 tokens.
        Assert.Equal(768, limited.CacheTokens);
        Assert.Empty(limited.FindConflicts());
    }

    [Fact]
    public void Apply_SplitLayout_ShortensEveryConversation()
    {
        var options = new ModelLoadOptions
        {
            KvCacheLayout = KvCacheLayout.Split,
            MaxConcurrentReplies = 2,
            CachedConversations = 2,
        };

        var limited = CacheLimit.Apply(new GgufRuntime(), TestAssets.MiniMindPath, options, 4 * 600 * TokenBytes);

        Assert.Equal(512, limited.ContextTokens);
    }

    [Theory]
    [InlineData(2048, null)]
    [InlineData(512, 2048)]
    public void Apply_TokensAskedForThatDoNotFit_IsRefused(int contextTokens, int? cacheTokens)
    {
        var options = new ModelLoadOptions { ContextTokens = contextTokens, CacheTokens = cacheTokens };

        var error = Assert.Throws<InsufficientMemoryException>(() =>
            CacheLimit.Apply(new GgufRuntime(), TestAssets.MiniMindPath, options, 1024 * TokenBytes)
        );

        Assert.Contains("MaxCacheBytes allows the KV cache 1024 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MaxCacheBytes_OfALoadedModel_Holds()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["LocalSlm:NativeLibraryDirectory"] = TestAssets.NativeDirectory;
        builder.Configuration["LocalSlm:MaxCacheBytes"] = "4MiB";
        builder.Configuration["LocalSlm:Models:mini"] = TestAssets.MiniMindPath;
        builder.Services.AddLocalSlm(builder.Configuration);
        using var host = builder.Build();
        var chat = host.Services.GetRequiredService<IChatClient>();

        await chat.GetResponseAsync("hi", new() { MaxOutputTokens = 1 });

        var info = chat.GetService<LoadedModelInfo>()!;
        Assert.Equal(TokenBytes, info.Facts.KvBytesPerToken);
        Assert.Equal((4 << 20) / TokenBytes, info.CacheTokens);
    }
}
