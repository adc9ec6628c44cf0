using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalSlm.Tests.TinyOnnx;

/// <summary>Writes tiny decoders as folders, once each, for all tests of the process.</summary>
internal static class TinyDecoderFolder
{
    private static readonly Dictionary<string, string> s_folders = [];
    private static readonly Lock s_gate = new();

    /// <summary>Gets the folder of a decoder. It is removed when the process ends.</summary>
    public static string Get(TinyDecoder decoder)
    {
        lock (s_gate)
        {
            if (!s_folders.TryGetValue(decoder.Name, out var folder))
            {
                folder = Directory.CreateTempSubdirectory("localslm-tiny-").FullName;
                AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
                Write(decoder, folder);
                s_folders.Add(decoder.Name, folder);
            }

            return folder;
        }
    }

    private static void Write(TinyDecoder decoder, string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), TinyDecoderGraph.Build(decoder));
        WriteJson(folder, "genai_config.json", Config(decoder));
        WriteJson(folder, "tokenizer.json", Tokenizer());
        WriteJson(folder, "tokenizer_config.json", new JsonObject { ["eos_token"] = "</s>", ["bos_token"] = "<s>" });
        File.WriteAllText(
            Path.Combine(folder, "chat_template.jinja"),
            "{% for message in messages %}<s>{{ message.content }}{% endfor %}<s>"
        );
    }

    private static JsonObject Config(TinyDecoder decoder) =>
        new()
        {
            ["model"] = new JsonObject
            {
                ["type"] = "llama",
                ["bos_token_id"] = 256,
                ["eos_token_id"] = 257,
                ["pad_token_id"] = 257,
                ["context_length"] = TinyDecoder.Context,
                ["vocab_size"] = TinyDecoder.Vocabulary,
                ["decoder"] = new JsonObject
                {
                    ["filename"] = "model.onnx",
                    ["head_size"] = TinyDecoder.HeadSize,
                    ["hidden_size"] = TinyDecoder.Hidden,
                    ["num_attention_heads"] = 4,
                    ["num_hidden_layers"] = decoder.Layers[^1].Layer + 1,
                    ["num_key_value_heads"] = Math.Max(1, decoder.Layers.Max(layer => layer.Heads)),
                    ["inputs"] = new JsonObject
                    {
                        ["input_ids"] = "input_ids",
                        ["attention_mask"] = "attention_mask",
                        ["position_ids"] = "position_ids",
                        ["past_key_names"] = "past_key_values.%d.key",
                        ["past_value_names"] = "past_key_values.%d.value",
                    },
                    ["outputs"] = new JsonObject
                    {
                        ["logits"] = "logits",
                        ["present_key_names"] = "present.%d.key",
                        ["present_value_names"] = "present.%d.value",
                    },
                },
            },
            ["search"] = new JsonObject { ["past_present_share_buffer"] = decoder.Grouped },
        };

    /// <summary>A byte-level tokenizer without merges: a token for each byte, and two that are no text.</summary>
    internal static JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        var next = 0;
        for (var value = 0; value < 256; value++)
        {
            // GPT-2's letters for bytes: those that print stand for themselves, the others follow from U+0100 on.
            var prints = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
            vocabulary[((char)(prints ? value : 256 + next++)).ToString()] = value;
        }

        JsonObject Special(int id, string content) =>
            new()
            {
                ["id"] = id,
                ["content"] = content,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            };

        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Special(256, "<s>"), Special(257, "</s>")),
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "ByteLevel",
                ["add_prefix_space"] = false,
                ["trim_offsets"] = true,
                ["use_regex"] = true,
            },
            ["decoder"] = new JsonObject
            {
                ["type"] = "ByteLevel",
                ["add_prefix_space"] = true,
                ["trim_offsets"] = true,
                ["use_regex"] = true,
            },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray(),
            },
        };
    }

    private static void WriteJson(string folder, string name, JsonObject content) =>
        File.WriteAllText(
            Path.Combine(folder, name),
            content.ToJsonString(new JsonSerializerOptions { WriteIndented = true })
        );
}
