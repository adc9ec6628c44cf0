using LocalSlm.Testing;

namespace LocalSlm.Tests.Models;

public class ModelLoadOptionsTests
{
    [Fact]
    public async Task LoadAsync_OptionsThatContradict_AreRefusedTogether()
    {
        var options = new ModelLoadOptions
        {
            ContextTokens = 1024,
            CacheTokens = 512,
            PrefillChunkTokens = 600,
            KvCacheType = KvCacheType.Q8_0,
            FlashAttention = false,
            ChatTemplate = "{{ messages }}",
            ChatTemplateName = "tool_use",
        };
        var error = await Assert.ThrowsAsync<ArgumentException>(() =>
            LocalModel.LoadAsync(new FakeModelRuntime(), "fake:x", options)
        );
        Assert.Contains("CacheTokens is 512", error.Message, StringComparison.Ordinal);
        Assert.Contains("PrefillChunkTokens is 600", error.Message, StringComparison.Ordinal);
        Assert.Contains("ChatTemplateName is 'tool_use'", error.Message, StringComparison.Ordinal);
        Assert.Contains("flash attention", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Setters_AbsurdValues_AreRefused()
    {
        var options = new ModelLoadOptions();
        Assert.Throws<ArgumentOutOfRangeException>(() => options.ContextTokens = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.CacheTokens = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxConcurrentReplies = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.CachedConversations = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.MemoryBudgetBytes = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxQueuedRequests = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.ReplyBufferUpdates = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.StalledReaderTimeout = TimeSpan.FromSeconds(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Threads = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.GpuLayers = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.BatchTokens = 1_000_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.PrefillChunkTokens = 0);
    }

    [Fact]
    public void Clone_LaterChanges_DoNotReachTheCopy()
    {
        var options = new ModelLoadOptions { ContextTokens = 512 };
        options.ChatTemplateVariables["a"] = 1;
        var copy = options.Clone();
        options.ContextTokens = 1024;
        options.ChatTemplateVariables["a"] = 2;

        Assert.Equal(512, copy.ContextTokens);
        Assert.Equal(1, copy.ChatTemplateVariables["a"]);
    }
}
