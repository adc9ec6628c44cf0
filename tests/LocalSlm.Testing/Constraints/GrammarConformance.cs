using System.Text;
using System.Text.Json;
using LocalSlm.Constraints;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LocalSlm.Testing.Constraints;

/// <summary>What every runtime's replies within a grammar must be.</summary>
public static class GrammarConformance
{
    /// <summary>Asks for records, two at a time, at temperature 1.5, with and without jumping ahead, and checks each with a JSON reader
    /// that knows nothing of grammars.</summary>
    public static async Task CheckAsync(IRuntimeModel model, ModelLoadOptions options, int seeds)
    {
        using var engine = new InferenceEngine(
            EngineSettings.From("model", options),
            model.Decoder,
            model.Tokenizer,
            TimeProvider.System,
            NullLogger.Instance
        );
        var lengths = new Dictionary<bool, int>();
        foreach (var jumps in (bool[])[true, false])
        {
            for (var seed = 0; seed < seeds; seed += 2)
            {
                var texts = await Task.WhenAll(
                    AskAsync(engine, model.Tokenizer, (ulong)seed, jumps),
                    AskAsync(engine, model.Tokenizer, (ulong)seed + 1, jumps)
                );
                foreach (var text in texts)
                {
                    CheckRecord(text);
                    lengths[jumps] = lengths.GetValueOrDefault(jumps) + text.Length;
                }
            }
        }

        Assert.True(lengths.Values.All(length => length > seeds * 40));
    }

    private static async Task<string> AskAsync(InferenceEngine engine, ITokenizer tokenizer, ulong seed, bool jumps)
    {
        var prompt = new List<int>();
        tokenizer.Encode(
            [
                new PromptSpan("<|im_start|>user\n", IsControl: true),
                new PromptSpan("Describe a person as JSON with name, age, city and married.", IsControl: false),
                new PromptSpan("<|im_end|>\n<|im_start|>assistant\n", IsControl: true),
            ],
            addSpecialTokens: false,
            prompt
        );
        await using var reply = engine.Submit(
            new GenerationRequest
            {
                Prompt = [.. prompt],
                Sampling = new SamplingSettings { Temperature = 1.5f, Seed = seed },
                Shape = new ReplyShape
                {
                    Phases = [new GrammarPhase { Grammar = new GrammarSource("person", Person) }],
                },
                MaxOutputTokens = 300,
                JumpsAhead = jumps,
            },
            CancellationToken.None
        );
        var text = new StringBuilder();
        var told = 0;
        var finish = GenerationFinish.None;
        while (await reply.WaitToReadAsync())
        {
            while (reply.TryRead(out var update))
            {
                text.Append(update.Text);
                told += update.TokenCount;
                finish = update.Finish;
            }
        }

        Assert.Equal(GenerationFinish.Stop, finish);
        Assert.Equal(reply.OutputTokens.Count, told);
        var bytes = new List<byte>();
        foreach (var token in reply.OutputTokens)
        {
            bytes.AddRange(tokenizer.GetBytes(token));
        }

        Assert.Equal(Encoding.UTF8.GetString([.. bytes]), text.ToString());
        return text.ToString();
    }

    private static void CheckRecord(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        Assert.Equal(["name", "age", "city", "married"], root.EnumerateObject().Select(static member => member.Name));
        Assert.InRange(root.GetProperty("name").GetString()!.EnumerateRunes().Count(), 1, 20);
        Assert.InRange(root.GetProperty("age").GetInt32(), 0, 99);
        Assert.Contains(
            root.GetProperty("city").GetString(),
            (string[])["Izmir", "Istanbul", "Ankara", "\u5317\u4EAC"]
        );
        Assert.True(root.GetProperty("married").ValueKind is JsonValueKind.True or JsonValueKind.False);
    }

    private static GrammarNode Person()
    {
        var letter = GrammarNode.Automaton(PlainCharacter());
        var digit = GrammarNode.Choice([.. "0123456789".Select(static c => GrammarNode.Text($"{c}"))]);
        return GrammarNode.Sequence(
            GrammarNode.Text("{\"name\":\""),
            GrammarNode.Repeat(letter, 1, 20),
            GrammarNode.Text("\",\"age\":"),
            GrammarNode.Choice(
                digit,
                GrammarNode.Sequence(
                    GrammarNode.Choice([.. "123456789".Select(static c => GrammarNode.Text($"{c}"))]),
                    digit
                )
            ),
            GrammarNode.Text(",\"city\":"),
            GrammarNode.Choice(
                GrammarNode.Text("\"Izmir\""),
                GrammarNode.Text("\"Istanbul\""),
                GrammarNode.Text("\"Ankara\""),
                GrammarNode.Text("\"\u5317\u4EAC\"")
            ),
            GrammarNode.Text(",\"married\":"),
            GrammarNode.Choice(GrammarNode.Text("true"), GrammarNode.Text("false")),
            GrammarNode.Text("}")
        );
    }

    // One character of one to three bytes, neither quote nor backslash nor control; surrogates and overlong forms are left out with
    // their whole blocks.
    private static ByteAutomaton PlainCharacter()
    {
        var transitions = new int[4 * 256];
        Array.Fill(transitions, ByteAutomaton.Dead);
        for (var b = 0x20; b < 0xEF; b++)
        {
            transitions[b] =
                b is '"' or '\\' or (>= 0x7F and < 0xC2) or 0xE0 or 0xED ? ByteAutomaton.Dead
                : b < 0x7F ? 1
                : b < 0xE0 ? 2
                : 3;
        }

        for (var b = 0x80; b < 0xC0; b++)
        {
            transitions[(2 * 256) + b] = 1;
            transitions[(3 * 256) + b] = 2;
        }

        var classes = Enumerable.Range(0, 256).Select(static b => (byte)b).ToArray();
        return new ByteAutomaton(classes, 256, transitions, [false, true, false, false]);
    }
}
