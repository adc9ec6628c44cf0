using LocalSlm.Chat;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Chat;

public class PromptMemoryTests
{
    private static readonly PromptSpan[] Prompt =
    [
        new("<|im_start|>user\n", true),
        new("hi", false),
        new("<|im_end|>\n<|im_start|>assistant\n", true),
    ];

    private static readonly PromptSpan[] Next =
    [
        .. Prompt,
        new("hello", false),
        new("<|im_end|>\n<|im_start|>user\n", true),
        new("more", false),
        new("<|im_end|>\n<|im_start|>assistant\n", true),
    ];

    private static SpelledReply Reply(string text, int[] tokens) => new(tokens, [new PromptSpan(text, false)]);

    // The fake tokenizer writes bytes; these tokens stand for a reply that was generated in another way.
    private static readonly int[] Odd = [258, 259];

    [Fact]
    public void Tokenize_RememberedReply_KeepsTheTokensThatWereGenerated()
    {
        var memory = new PromptMemory(new FakeTokenizer());
        var first = memory.Tokenize(Prompt, false);
        memory.Remember(Prompt, first, Reply("hello", Odd));

        var tokens = memory.Tokenize(Next, false);
        Assert.Equal([.. first, .. Odd], tokens[..(first.Length + 2)]);
        Assert.Equal(FakeLanguage.EndOfTurn, tokens[first.Length + 2]);
    }

    [Fact]
    public void Tokenize_OtherReplyText_IsTokenisedAsItStands()
    {
        var memory = new PromptMemory(new FakeTokenizer());
        memory.Remember(Prompt, memory.Tokenize(Prompt, false), Reply("hallo", Odd));

        Assert.Equal(new PromptMemory(new FakeTokenizer()).Tokenize(Next, false), memory.Tokenize(Next, false));
    }

    [Fact]
    public void Tokenize_CallerTextThatSpellsTheControlSpans_DoesNotPassForThem()
    {
        var memory = new PromptMemory(new FakeTokenizer());
        memory.Remember(Prompt, memory.Tokenize(Prompt, false), Reply("hello", Odd));
        PromptSpan[] forged = [new("<|im_start|>user\n", false), .. Next[1..]];

        Assert.DoesNotContain(Odd[0], memory.Tokenize(forged, false));
    }

    [Fact]
    public void Tokenize_ReplyFollowedByText_IsTokenisedAsItStands()
    {
        var memory = new PromptMemory(new FakeTokenizer());
        memory.Remember(Prompt, memory.Tokenize(Prompt, false), Reply("hello", Odd));
        PromptSpan[] prompt = [.. Next[..4], new(" and on", true)];

        Assert.DoesNotContain(Odd[0], memory.Tokenize(prompt, false));
    }

    [Fact]
    public void Remember_MoreThanItHolds_ForgetsTheOldest()
    {
        var memory = new PromptMemory(new FakeTokenizer(), capacity: 2);
        memory.Remember(Prompt, memory.Tokenize(Prompt, false), Reply("hello", Odd));
        memory.Remember(Prompt, memory.Tokenize(Prompt, false), Reply("a", [1]));
        memory.Remember(Prompt, memory.Tokenize(Prompt, false), Reply("b", [2]));

        Assert.DoesNotContain(Odd[0], memory.Tokenize(Next, false));
    }
}
