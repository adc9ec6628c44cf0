using LocalSlm.Chat;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Runtime;

namespace LocalSlm.Tests.Chat;

[Collection("native")]
public sealed class LongestTokenTests
{
    public static TheoryData<string> Models => ["minimind", "llama-bpe", "llama-spm"];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task CountLeast_AnyText_IsNoMoreThanThereAre(string name)
    {
        var path =
            name == "minimind"
                ? TestAssets.MiniMindPath
                : TinyModelFiles.Get(TinyModelSet.All.Single(m => m.Name == name));
        using var model = await LoadedModels.OpenAsync(path);
        var longest = new LongestToken(model.Tokenizer);
        string[] units =
        [
            "a",
            " ",
            "the quick brown fox ",
            "\n",
            "\u4E2D\u56FD",
            "\U0001F680",
            "<|im_end|>",
            "=",
            "\0",
        ];
        foreach (var unit in units)
        {
            foreach (var isControl in (bool[])[false, true])
            {
                var text = string.Concat(Enumerable.Repeat(unit, 80_000 / unit.Length));
                IReadOnlyList<PromptSpan> prompt = [new(text, isControl)];
                var tokens = new List<int>();
                model.Tokenizer.Encode(prompt, addSpecialTokens: false, tokens);

                Assert.InRange(longest.CountLeast(prompt), 1, tokens.Count);
            }
        }
    }
}
