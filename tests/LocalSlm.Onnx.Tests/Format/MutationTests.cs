using System.Diagnostics;
using System.Text;
using LocalSlm.Onnx.Format;
using LocalSlm.Testing;
using LocalSlm.Tests.TinyOnnx;
using Xunit;

namespace LocalSlm.Tests.Format;

/// <summary>Thousands of damaged files: each ends with a result or a typed error, in bounded time. The seeds are fixed, so a failure
/// comes again.</summary>
public sealed class MutationTests
{
    private const int RoundsPerFile = 1500;
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(30);

    private static readonly string[] Fragments =
    [
        "null",
        "true",
        "-1",
        "0",
        "1e999",
        "-1e999",
        "NaN",
        "2147483648",
        "9223372036854775808",
        "1.5",
        "\"\"",
        "\"..\"",
        "\"../../etc/passwd\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[[[[[[",
        "{\"a\":",
        "\"%d%d\"",
        "[1,2,3]",
        "\u00e9",
    ];

    [Theory]
    [InlineData("genai_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("generation_config.json")]
    [InlineData("chat_template.json")]
    public void Read_MutatedJsonOfADecoder_GivesAResultOrATypedError(string name)
    {
        using var draft = FolderDraft
            .GenAi(
                OpenDecoder(),
                config =>
                {
                    config["model"]!["decoder"]!["session_options"] = System.Text.Json.Nodes.JsonNode.Parse(
                        """{"log_id":"x","provider_options":[{"cuda":{"device_id":"0"}}],"config_entries":{"a":"b"}}"""
                    );
                    config["model"]!["decoder"]!["inputs"] = System.Text.Json.Nodes.JsonNode.Parse(
                        """{"input_ids":"input_ids","past_key_names":"past_key_values.%d.key"}"""
                    );
                    config["search"]!["do_sample"] = true;
                }
            )
            .With("generation_config.json", """{"do_sample":true,"temperature":0.7,"top_k":3,"eos_token_id":[2,3]}""")
            .With("chat_template.json", """{"chat_template":"{{ messages }}"}""")
            .With(
                "tokenizer_config.json",
                """{"chat_template":[{"name":"default","template":"a"}],"eos_token":{"content":"<end>"},"model_max_length":64}"""
            );

        Mutate(draft, name, isText: true);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("modules.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("sentence_bert_config.json")]
    [InlineData("config_sentence_transformers.json")]
    public void Read_MutatedJsonOfAnEncoder_GivesAResultOrATypedError(string name)
    {
        using var draft = FolderDraft
            .Encoder(change: config => config["matryoshka_dimensions"] = new System.Text.Json.Nodes.JsonArray(8, 16))
            .With(
                "modules.json",
                """
                [{"path":"","type":"sentence_transformers.models.Transformer"},
                 {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
                 {"path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
                """
            )
            .With("1_Pooling/config.json", """{"word_embedding_dimension":32,"pooling_mode_mean_tokens":true}""")
            .With("sentence_bert_config.json", """{"max_seq_length":48}""")
            .With("config_sentence_transformers.json", """{"prompts":{"query":"q: "},"default_prompt_name":"query"}""");

        Mutate(draft, name, isText: true);
    }

    [Fact]
    public void Read_MutatedGraph_GivesAResultOrATypedError()
    {
        using var draft = FolderDraft
            .GenAi(
                OpenDecoder()
                    .External(
                        "e",
                        GraphDraft.Float,
                        [2, 2],
                        ("location", "weights.bin"),
                        ("offset", "0"),
                        ("length", "16")
                    )
                    .Tensor("w", GraphDraft.Float, [2, 2], new byte[16])
                    .Function("f", "local")
                    .Branch(new Message().Nested(1, GraphDraft.NodeMessage("Add", "", ["a"], ["b"])))
            )
            .With("weights.bin", new byte[16]);

        Mutate(draft, "model.onnx", isText: false, rounds: 6000);
    }

    [Fact]
    public void Read_MutatedPublishedGraph_GivesAResultOrATypedError()
    {
        using var draft = FolderDraft.GenAi();
        foreach (var file in Directory.GetFiles(TestAssets.ModelOrSkip("tiny-llama-genai-fp32")))
        {
            draft.With(Path.GetFileName(file), File.ReadAllBytes(file));
        }

        Mutate(draft, "model.onnx", isText: false, rounds: 3000);
    }

    private static GraphDraft OpenDecoder() =>
        GraphDraft
            .Decoder(heads: -1, width: -1)
            .Node(
                "GroupQueryAttention",
                "com.microsoft",
                ["q", "k", "v", "past_key_values.0.key", "past_key_values.0.value"],
                ["a", "present.0.key", "present.0.value"],
                ("num_heads", 4),
                ("kv_num_heads", 2)
            );

    private static void Mutate(FolderDraft draft, string name, bool isText, int rounds = RoundsPerFile)
    {
        OnnxModelReader.Read(draft.Path);
        var original = File.ReadAllBytes(draft.At(name));
        var random = new Random(20_260_101);
        var (accepted, refused) = (0, 0);
        for (var round = 0; round < rounds; round++)
        {
            var bytes = Damage(original, random, isText);
            draft.With(name, bytes);
            var clock = Stopwatch.StartNew();
            try
            {
                OnnxModelReader.Read(draft.Path);
                accepted++;
            }
            catch (LocalSlmException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail(
                    $"Round {round}: {error}\n{(isText ? Encoding.UTF8.GetString(bytes) : Convert.ToHexString(bytes))}"
                );
            }

            Assert.True(clock.Elapsed < Slowest, $"Round {round} took {clock.Elapsed}.");
        }

        // The mutations reach both ends.
        Assert.InRange(accepted, rounds / 100, rounds);
        Assert.InRange(refused, rounds / 100, rounds);
    }

    private static byte[] Damage(byte[] original, Random random, bool isText)
    {
        List<byte> bytes = [.. original];
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(isText ? 7 : 6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 65), bytes.Count - at)));
                    break;
                case 4 when random.Next(8) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)0xFF, random.Next(1, 10)));
                    break;
                case 6:
                    ReplaceValue(bytes, at, Fragments[random.Next(Fragments.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    // Puts a fragment in place of the value behind the next colon, so that the text mostly stays JSON.
    private static void ReplaceValue(List<byte> bytes, int from, string fragment)
    {
        var colon = bytes.IndexOf((byte)':', from);
        if (colon < 0)
        {
            return;
        }

        var end = bytes.FindIndex(colon, value => value is (byte)',' or (byte)'}' or (byte)']');
        if (end > 0)
        {
            bytes.RemoveRange(colon + 1, end - colon - 1);
            bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(fragment));
        }
    }
}
