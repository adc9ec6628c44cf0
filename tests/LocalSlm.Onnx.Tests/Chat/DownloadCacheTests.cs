using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Xunit;

namespace LocalSlm.Tests.Chat;

[Collection("native")]
public sealed class DownloadCacheTests
{
    [Fact]
    public async Task LoadChatClientAsync_FolderOfLinksIntoTheStoreOfADownloadCache_Replies()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        var source = TestAssets.ModelOrSkip("tiny-llama-genai-fp32");
        var cache = Directory.CreateTempSubdirectory("localslm-cache-");
        try
        {
            // The layout of huggingface_hub: snapshots/REVISION/FILE → ../../blobs/HASH.
            var snapshot = cache.CreateSubdirectory("snapshots/abc").FullName;
            var store = cache.CreateSubdirectory("blobs").FullName;
            foreach (var file in Directory.GetFiles(source))
            {
                var name = Path.GetFileName(file);
                File.Copy(file, Path.Combine(store, name + "-hash"));
                File.CreateSymbolicLink(Path.Combine(snapshot, name), $"../../blobs/{name}-hash");
            }

            await using var client = await OnnxModel.LoadChatClientAsync(
                snapshot,
                new ModelLoadOptions { ContextTokens = 256, MaxConcurrentReplies = 1 },
                cancellationToken: TestContext.Current.CancellationToken
            );
            var reply = await client.GetResponseAsync(
                "Hi",
                new ChatOptions { MaxOutputTokens = 4 },
                TestContext.Current.CancellationToken
            );

            Assert.True(reply.Usage!.OutputTokenCount > 0);
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }
}
