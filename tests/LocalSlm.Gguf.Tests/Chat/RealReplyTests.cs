using System.Text;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>What a reply of a real model says, and how it is counted and cached.</summary>
[Collection("native")]
public sealed class RealReplyTests(MiniMindFixture minimind) : IClassFixture<MiniMindFixture>
{
    private static readonly string[] s_chinesePrompts =
    [
        "\u4F60\u597D\uFF0C\u8BF7\u4ECB\u7ECD\u4E00\u4E0B\u4F60\u81EA\u5DF1\u3002",
        "\u7528\u4E00\u4E2A emoji \u5F62\u5BB9\u706B\u7BAD\uD83D\uDE80\uFF0C\u518D\u5199\u4E00\u4E2A\u7E41\u4F53\u5B57\uFF1A\u9F9C\u3002",
    ];

    [Fact]
    public async Task GetResponse_SameSeedWithoutCache_GivesTheSameTextWhateverCameBefore()
    {
        var first = await AskSeededAsync();
        var second = await AskSeededAsync();
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(number =>
                    minimind.Client.GetResponseAsync($"Other chat {number}", new ChatOptions { MaxOutputTokens = 10 })
                )
        );
        var third = await AskSeededAsync();

        Assert.NotEmpty(first);
        Assert.Equal(first, second);
        Assert.Equal(first, third);

        async Task<string> AskSeededAsync()
        {
            var options = new ChatOptions
            {
                Seed = 4711,
                Temperature = 1.2f,
                MaxOutputTokens = 60,
                UsePrefixCache = false,
            };
            return (await minimind.Client.GetResponseAsync("Write a poem about the sea.", options)).Text;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task GetStreamingResponse_ChinesePrompt_GivesWholeCharactersAndTheUnstreamedText(int prompt)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var options = new ChatOptions
            {
                Seed = seed,
                Temperature = 1.5f,
                MaxOutputTokens = 60,
                UsePrefixCache = false,
            };
            var whole = await minimind.Client.GetResponseAsync(s_chinesePrompts[prompt], options);
            var pieces = new List<string>();
            await foreach (var update in minimind.Client.GetStreamingResponseAsync(s_chinesePrompts[prompt], options))
            {
                pieces.Add(update.Text);
                // A half surrogate pair would not survive this.
                Assert.Equal(update.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(update.Text)));
            }

            Assert.Equal(whole.Text, string.Concat(pieces));
            Assert.True(pieces.Count > 5, "Nothing was streamed.");
            // Where the length limit falls into a character, its first bytes end as U+FFFD; nowhere else.
            Assert.DoesNotContain('\uFFFD', whole.Text.TrimEnd('\uFFFD'));
            Assert.All(
                MiniMindTokens.ReadAddedTokens(),
                name => Assert.DoesNotContain(name, whole.Text, StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public async Task GetResponse_SecondTurn_FindsTheFirstPromptAndReplyInTheCache()
    {
        var options = new ChatOptions { Seed = 3, MaxOutputTokens = 40 };
        List<ChatMessage> history = [new(ChatRole.User, "Tell me about the moon and the tides.")];
        for (var turn = 0; turn < 3; turn++)
        {
            var response = await minimind.Client.GetResponseAsync(history, options);
            history.AddMessages(response);
            history.Add(new(ChatRole.User, $"Go on, part {turn}."));
            var next = await minimind.Client.GetResponseAsync(history, options);

            // All but the reply's last token, which was never computed where the length limit ended it.
            var known = response.Usage!.InputTokenCount + response.Usage.OutputTokenCount - 1;
            Assert.InRange(next.Usage!.CachedInputTokenCount!.Value, known!.Value, next.Usage.InputTokenCount!.Value);
            history.RemoveAt(history.Count - 1);
            history.Add(new(ChatRole.User, $"Another way {turn}."));
        }
    }

    [Fact]
    public async Task GetResponse_FourChatsWithOneSystemPrompt_ComputeItOnce()
    {
        var system = string.Concat(Enumerable.Range(0, 120).Select(number => $"Rule {number} is simple. "));
        var lengths = new List<int>();
        var before = (await minimind.RestAsync()).PromptTokensComputed;
        var chats = Enumerable
            .Range(0, 4)
            .Select(number =>
            {
                List<ChatMessage> messages =
                [
                    new(ChatRole.System, system),
                    new(ChatRole.User, $"What is rule {number}?"),
                ];
                lengths.Add(minimind.Client.CountPromptTokens(messages));
                return minimind.Client.GetResponseAsync(messages, new ChatOptions { MaxOutputTokens = 8 });
            })
            .ToArray();
        await Task.WhenAll(chats);

        var computed = (await minimind.RestAsync()).PromptTokensComputed - before;
        Assert.True(lengths[0] > 500, "The system prompt is too short to tell.");
        // One whole prompt, and of the others what is their own: a few tokens each.
        Assert.InRange(computed, lengths[0], lengths[0] + (3 * 40));
    }

    [Fact]
    public async Task GetResponse_HistoryThatEndsInAReply_IsContinued()
    {
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 16 };
        List<ChatMessage> messages =
        [
            new(ChatRole.User, "What is the capital of France?"),
            new(ChatRole.Assistant, "The capital of France"),
        ];
        var response = await minimind.Client.GetResponseAsync(messages, options);
        Assert.StartsWith(" is Paris", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_RawCompletion_SendsTheTextAlone()
    {
        const string Text = "The capital of France is";
        var options = new ChatOptions { RawCompletion = true, MaxOutputTokens = 4 };
        var response = await minimind.Client.GetResponseAsync(Text, options);
        // The vocabulary adds nothing in front (add_bos_token is false in the published tokenizer_config.json).
        Assert.Equal(minimind.Encode(Text, isControl: false).Count, response.Usage!.InputTokenCount);
        Assert.InRange(response.Usage.OutputTokenCount!.Value, 0, 4);
    }

    [Fact]
    public async Task GetResponse_LogProbabilities_AreThoseOfADistribution()
    {
        var options = new ChatOptions
        {
            TopLogProbabilities = 20,
            Temperature = 0,
            MaxOutputTokens = 12,
        };
        var response = await minimind.Client.GetResponseAsync("What is the capital of France?", options);

        var tokens = response.LogProbabilities!;
        Assert.Equal(response.Text, string.Concat(tokens.Select(token => token.Chosen.Text)));
        Assert.All(
            tokens,
            token =>
            {
                Assert.InRange(token.Chosen.LogProbability, float.MinValue, 0);
                Assert.Equal(20, token.Top.Count);
                Assert.Equal(token.Top.OrderByDescending(top => top.LogProbability), token.Top);
                Assert.Equal(20, token.Top.Select(top => top.TokenId).Distinct().Count());
                Assert.InRange(token.Top.Sum(top => Math.Exp(top.LogProbability)), 0.05, 1.0001);
                // Greedy: the likeliest was chosen.
                Assert.Equal(token.Top[0].TokenId, token.Chosen.TokenId);
            }
        );
    }

    [Theory]
    [InlineData("short")]
    [InlineData("  spaces  and\n\nlines\t")]
    [InlineData("<|im_end|> typed by a user")]
    public async Task CountPromptTokens_AnyRequest_IsWhatTheReplyCounts(string text)
    {
        List<ChatMessage> messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, text)];
        var counted = minimind.Client.CountPromptTokens(messages);
        var response = await minimind.Client.GetResponseAsync(messages, new ChatOptions { MaxOutputTokens = 1 });
        Assert.Equal(counted, response.Usage!.InputTokenCount);
    }
}
