using System.Text.Json.Nodes;

namespace LocalSlm.Tests.Format;

/// <summary>A small model's folder on disk, whole or with faults. Disposing it removes the folder.</summary>
internal sealed class FolderDraft : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("localslm-onnx-");

    private FolderDraft() => Directory.CreateDirectory(Path);

    public string Path => System.IO.Path.Combine(_parent.FullName, "model");

    /// <summary>Gets the folder around the model's.</summary>
    public string Outside => _parent.FullName;

    /// <summary>A folder of ONNX Runtime GenAI.</summary>
    public static FolderDraft GenAi(GraphDraft? graph = null, Action<JsonObject>? change = null)
    {
        var config = new JsonObject
        {
            ["model"] = new JsonObject
            {
                ["bos_token_id"] = 1,
                ["context_length"] = 64,
                ["decoder"] = new JsonObject
                {
                    ["filename"] = "model.onnx",
                    ["head_size"] = 8,
                    ["hidden_size"] = 32,
                    ["num_attention_heads"] = 4,
                    ["num_hidden_layers"] = 2,
                    ["num_key_value_heads"] = 2,
                },
                ["eos_token_id"] = 2,
                ["pad_token_id"] = 0,
                ["type"] = "llama",
                ["vocab_size"] = 32,
            },
            ["search"] = new JsonObject { ["do_sample"] = false, ["temperature"] = 0.5 },
        };
        change?.Invoke(config);
        return new FolderDraft()
            .With("genai_config.json", config.ToJsonString())
            .With("model.onnx", (graph ?? GraphDraft.Decoder()).ToArray())
            .WithTokenizer();
    }

    /// <summary>A folder of transformers.js.</summary>
    public static FolderDraft Transformers(GraphDraft? graph = null, Action<JsonObject>? change = null)
    {
        var config = new JsonObject
        {
            ["model_type"] = "llama",
            ["vocab_size"] = 32,
            ["max_position_embeddings"] = 64,
            ["hidden_size"] = 32,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
            ["eos_token_id"] = 2,
        };
        change?.Invoke(config);
        return new FolderDraft()
            .With("config.json", config.ToJsonString())
            .With("onnx/model.onnx", (graph ?? GraphDraft.Decoder()).ToArray())
            .WithTokenizer();
    }

    /// <summary>A folder of an encoder with 32 dimensions.</summary>
    public static FolderDraft Encoder(GraphDraft? graph = null, Action<JsonObject>? change = null)
    {
        var config = new JsonObject
        {
            ["model_type"] = "bert",
            ["vocab_size"] = 32,
            ["max_position_embeddings"] = 64,
            ["hidden_size"] = 32,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 4,
        };
        change?.Invoke(config);
        return new FolderDraft()
            .With("config.json", config.ToJsonString())
            .With("onnx/model.onnx", (graph ?? GraphDraft.Encoder(("last_hidden_state", [-1, -1, 32]))).ToArray())
            .WithTokenizer();
    }

    public FolderDraft With(string name, string text) => With(name, System.Text.Encoding.UTF8.GetBytes(text));

    public FolderDraft With(string name, byte[] bytes)
    {
        var path = At(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return this;
    }

    public FolderDraft Without(string name)
    {
        File.Delete(At(name));
        return this;
    }

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _parent.Delete(recursive: true);

    private FolderDraft WithTokenizer() =>
        With(
            "tokenizer.json",
            """
            {"version":"1.0","added_tokens":[{"id":3,"content":"<end>"},{"id":1,"content":"<s>"}],
             "model":{"type":"BPE","vocab":{"a":0,"b":4},"merges":[]}}
            """
        );
}
