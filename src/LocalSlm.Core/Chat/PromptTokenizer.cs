namespace LocalSlm.Chat;

/// <summary>Tokenizes prompts with the model's tokenizer and remembers nothing.</summary>
internal sealed class PromptTokenizer(ITokenizer tokenizer) : IPromptTokenizer
{
    public int[] Tokenize(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens)
    {
        var tokens = new List<int>();
        tokenizer.Encode(prompt, addSpecialTokens, tokens);
        return [.. tokens];
    }

    public void Remember(IReadOnlyList<PromptSpan> prompt, ReadOnlySpan<int> promptTokens, SpelledReply reply) { }
}
