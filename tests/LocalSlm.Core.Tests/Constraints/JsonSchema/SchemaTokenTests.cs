using System.Text;
using System.Text.Json;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Constraints.Masking;
using LocalSlm.Testing;
using LocalSlm.Tests.Constraints.Masking;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>The golden schemas, token by token: instances are cut into tokens of a real vocabulary at random.</summary>
public sealed class SchemaTokenTests
{
    private static readonly TokenVocabulary Vocabulary = TestVocabularies.MiniMindTokens;

    [Fact]
    public void Compile_GoldenSchemas_MasksLetThroughValidInstancesAlone()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(TestAssets.GoldenOrSkip("jsonschema/schemas.json")));
        var tokens = TokensByBytes();
        var random = new Random(3);
        var failures = new List<string>();
        var (steps, instances) = (0, 0);
        foreach (var entry in file.RootElement.GetProperty("schemas").EnumerateArray())
        {
            var schema = entry.GetProperty("schema");
            GrammarMasks masks;
            try
            {
                var grammar = JsonSchemaCompiler.Compile(schema, new JsonSchemaSettings());
                masks = new GrammarMasks(new GrammarStates(CompiledGrammar.Compile(grammar)), Vocabulary);
            }
            catch (UnsupportedSchemaException)
            {
                continue;
            }

            foreach (var kind in new[] { "valid", "invalid" })
            {
                foreach (var text in entry.GetProperty(kind).EnumerateArray().Select(text => text.GetString()!))
                {
                    instances++;
                    if (Accepts(masks, Encoding.UTF8.GetBytes(text), tokens, random, ref steps) != (kind == "valid"))
                    {
                        failures.Add($"{schema.GetRawText()}\n  {kind}: {text}");
                    }
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{instances} instances, {steps} tokens");
        Assert.True(failures.Count == 0, $"{failures.Count} failures\n" + string.Join('\n', failures.Take(30)));
    }

    private static Dictionary<string, int> TokensByBytes()
    {
        var tokens = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var token = 0; token < Vocabulary.Size; token++)
        {
            if (!Vocabulary.IsControl(token) && Vocabulary.GetBytes(token) is { Length: > 0 } bytes)
            {
                tokens.TryAdd(Encoding.Latin1.GetString(bytes), token);
            }
        }

        return tokens;
    }

    private static bool Accepts(
        GrammarMasks masks,
        byte[] text,
        Dictionary<string, int> tokens,
        Random random,
        ref int steps
    )
    {
        var (state, key) = (masks.States.Start, Encoding.Latin1.GetString(text));
        for (var at = 0; at < text.Length; )
        {
            var lengths = Enumerable
                .Range(1, Math.Min(12, text.Length - at))
                .Where(n => tokens.ContainsKey(key.Substring(at, n)));
            var choices = lengths.ToList();
            Assert.NotEmpty(choices);
            var length = choices[random.Next(choices.Count)];
            state = masks.States.Refresh(state);
            if (!TokenMask.IsSet(masks.Get(state), tokens[key.Substring(at, length)]))
            {
                return false;
            }

            foreach (var value in text.AsSpan(at, length))
            {
                state = masks.States.Step(state, value);
                Assert.NotSame(GrammarState.Dead, state);
            }

            at += length;
            steps++;
        }

        state = masks.States.Refresh(state);
        return TokenMask.IsSet(masks.Get(state), Vocabulary.EndTokens[0]);
    }
}
