using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalSlm.Tokenization;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Damaged tokenizer.json files: read or refused with a typed error, never anything else; and what is read, works.</summary>
public class TokenizerMutationTests
{
    private const string Text = "Hello  wörld, 你好 \uD83D\uDE00 <mask> foo\n\u0000\uD800 don't 123";

    private static readonly string[] Replacements =
    [
        "null",
        "true",
        "-1",
        "0",
        "1e9",
        "4294967296",
        "\"\"",
        "\"x\"",
        "\"\\u2581\"",
        "\"(a+)+$\"",
        "[]",
        "{}",
        "[[]]",
        "{\"type\":\"Sequence\"}",
    ];

    public static TheoryData<string> Names => SyntheticGoldenTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_ValuesReplaced_LoadsOrRefuses(string name)
    {
        string original = ReadTokenizer(name);
        Random random = new(Seed(name));
        for (int i = 0; i < 250; i++)
        {
            var root = JsonNode.Parse(original)!;
            for (int n = random.Next(3); n >= 0; n--)
            {
                Mutate(root, random);
            }

            Try(System.Text.Encoding.UTF8.GetBytes(root.ToJsonString()), $"{name} {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_BytesChanged_LoadsOrRefuses(string name)
    {
        byte[] original = System.Text.Encoding.UTF8.GetBytes(ReadTokenizer(name));
        Random random = new(Seed(name));
        for (int i = 0; i < 250; i++)
        {
            byte[] bytes = [.. original];
            switch (random.Next(3))
            {
                case 0:
                    bytes = bytes[..random.Next(bytes.Length)];
                    break;
                case 1:
                    for (int n = 0; n < 4; n++)
                    {
                        bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                    }

                    break;
                default:
                    int from = random.Next(bytes.Length);
                    int to = Math.Min(bytes.Length, from + random.Next(64));
                    bytes = [.. bytes[..from], .. bytes[to..]];
                    break;
            }

            Try(bytes, $"{name} {i}");
        }
    }

    private static void Try(byte[] json, string what)
    {
        try
        {
            var tokenizer = TokenizerFolder.Parse(json, "tokenizer.json");
            List<int> tokens = [];
            tokenizer.Encode(Text, addSpecialTokens: true, tokens);
            Assert.All(tokens, token => Assert.InRange(token, 0, int.MaxValue));
            tokenizer.EncodeWithOffsets(Text, "and another");
            tokenizer.Decode([.. tokens], skipSpecialTokens: true);
        }
        catch (Exception e) when (e is ModelFileException or UnsupportedModelException)
        {
            Assert.NotEmpty(e.Message);
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            Assert.Fail($"{what}: {e}");
        }
    }

    private static void Mutate(JsonNode root, Random random)
    {
        // Small parts are as likely as the vocabulary's thousand entries: go down from the top, at random.
        var node = root;
        while (true)
        {
            var replacement = JsonNode.Parse(Replacements[random.Next(Replacements.Length)]);
            switch (node)
            {
                case JsonObject { Count: > 0 } map:
                    string key = map.ElementAt(random.Next(map.Count)).Key;
                    if (map[key] is JsonObject or JsonArray && random.Next(4) > 0)
                    {
                        node = map[key]!;
                        continue;
                    }

                    if (random.Next(3) == 0)
                    {
                        map.Remove(key);
                    }
                    else
                    {
                        map[key] = replacement;
                    }

                    return;
                case JsonArray { Count: > 0 } list:
                    int index = random.Next(list.Count);
                    if (list[index] is JsonObject or JsonArray && random.Next(4) > 0)
                    {
                        node = list[index]!;
                        continue;
                    }

                    list[index] = replacement;
                    return;
                default:
                    return;
            }
        }
    }

    private static int Seed(string name) => name.Aggregate(17, (hash, c) => unchecked((hash * 31) + c));

    private static string ReadTokenizer(string name)
    {
        using var file = GoldenFile.ReadOrSkip("synthetic.json.gz");
        var tokenizer = JsonNode.Parse(
            file.RootElement.GetProperty("tokenizers")
                .EnumerateArray()
                .Single(t => t.GetProperty("name").GetString() == name)
                .GetProperty("tokenizer")
                .GetRawText()
        )!;

        // A rule set of 300 KB would take all the time and most of the damage.
        if (tokenizer["normalizer"]?["normalizers"] is JsonArray parts)
        {
            foreach (var part in parts.Where(p => p!["precompiled_charsmap"] is not null))
            {
                part!["precompiled_charsmap"] = "DAAAAAAEAAAAAAAAAAAAAGEA";
            }
        }

        return tokenizer.ToJsonString();
    }
}
