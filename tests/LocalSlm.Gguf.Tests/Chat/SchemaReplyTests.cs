using LocalSlm.Testing;
using LocalSlm.Tests.Runtime;

namespace LocalSlm.Tests.Chat;

/// <summary>A real model, eight replies at a time, by many schemas.</summary>
[Collection("native")]
public sealed class SchemaReplyTests : IAsyncLifetime
{
    private LocalModel? _model;

    public async ValueTask InitializeAsync() =>
        _model = await LocalModel.LoadAsync(
            LoadedModels.Runtime,
            TestAssets.MiniMindPath,
            new ModelLoadOptions
            {
                ContextTokens = 512,
                CacheTokens = 4096,
                MaxConcurrentReplies = 8,
                Threads = 1,
                AdaptThreads = false,
            }
        );

    public ValueTask DisposeAsync() => _model?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task GetResponse_ThirtySchemasAtHighTemperature_GivesValidRepliesOnly()
    {
        var cases = await SchemaCase.ReadAsync();
        Assert.Equal(30, cases.Count);

        var share = await SchemaReplies.CheckAsync(
            _model!.CreateChatClient(),
            cases,
            seeds: 200,
            atOnce: 8,
            maxOutputTokens: 160
        );

        Assert.True(share > 0.95, $"{share:P1} of the replies ended of themselves.");
    }

    [Fact]
    public async Task GetResponse_GoldenSchemasAtHighTemperature_GivesValidRepliesOnly()
    {
        var cases = await SchemaCase.ReadGoldenAsync(TestAssets.GoldenOrSkip("jsonschema", "schemas.json"));
        Assert.True(cases.Count >= 30, $"{cases.Count} schemas.");

        var share = await SchemaReplies.CheckAsync(
            _model!.CreateChatClient(),
            cases,
            seeds: cases.Count,
            atOnce: 8,
            maxOutputTokens: 60
        );

        Assert.True(share > 0.3, $"{share:P1} of the replies ended of themselves.");
    }
}
