using System.Text.Json;
using LocalSlm.Gguf.Format;

namespace LocalSlm.Assets.MiniMind;

/// <summary>MiniMind2's tokenizer, a byte-level BPE with GPT-2's way of cutting text, as GGUF metadata.</summary>
internal sealed class MiniMindVocabulary
{
    // llama_token_type in llama.h, llama.cpp 0.4.0.
    private const int Normal = 1;
    private const int Control = 3;
    private const int Unused = 5;

    private readonly string[] _tokens;
    private readonly int[] _types;
    private readonly string[] _merges;
    private readonly string _template;

    /// <summary>Reads the package's <c>tokenizer.json</c> and <c>tokenizer_config.json</c>.</summary>
    public MiniMindVocabulary(string packageFolder, int size)
    {
        using var tokenizer = Open(packageFolder, "tokenizer.json");
        using var configuration = Open(packageFolder, "tokenizer_config.json");
        var model = tokenizer.RootElement.GetProperty("model");
        Require(model.GetProperty("type").GetString() == "BPE", "the tokenizer is no BPE");
        var cutter = tokenizer.RootElement.GetProperty("pre_tokenizer");
        Require(
            cutter.GetProperty("type").GetString() == "ByteLevel" && cutter.GetProperty("use_regex").GetBoolean(),
            "text is not cut as GPT-2 does it"
        );

        _tokens = Enumerable.Range(0, size).Select(id => $"[UNUSED{id}]").ToArray();
        _types = Enumerable.Repeat(Unused, size).ToArray();
        foreach (var entry in model.GetProperty("vocab").EnumerateObject())
        {
            Set(entry.Value.GetInt32(), entry.Name, Normal);
        }

        foreach (var added in tokenizer.RootElement.GetProperty("added_tokens").EnumerateArray())
        {
            Set(added.GetProperty("id").GetInt32(), added.GetProperty("content").GetString()!, Control);
        }

        _merges = model.GetProperty("merges").EnumerateArray().Select(Merge).ToArray();
        _template = configuration.RootElement.GetProperty("chat_template").GetString()!;
        BeginId = Special(configuration, "bos_token");
        EndId = Special(configuration, "eos_token");
        PaddingId = Special(configuration, "pad_token");
    }

    private uint BeginId { get; }

    private uint EndId { get; }

    private uint PaddingId { get; }

    public void AddTo(GgufWriter writer) =>
        writer
            .Add("tokenizer.ggml.model", "gpt2")
            .Add("tokenizer.ggml.pre", "gpt-2")
            .Add("tokenizer.ggml.tokens", GgufValue.Array(_tokens))
            .Add("tokenizer.ggml.token_type", GgufValue.Array<int>(_types))
            .Add("tokenizer.ggml.merges", GgufValue.Array(_merges))
            .Add("tokenizer.ggml.bos_token_id", BeginId)
            .Add("tokenizer.ggml.eos_token_id", EndId)
            .Add("tokenizer.ggml.padding_token_id", PaddingId)
            .Add("tokenizer.ggml.add_bos_token", false)
            .Add("tokenizer.ggml.add_eos_token", false)
            .Add("tokenizer.chat_template", _template);

    // Published either as "a b" or as ["a", "b"].
    private static string Merge(JsonElement merge) =>
        merge.ValueKind == JsonValueKind.String
            ? merge.GetString()!
            : string.Join(' ', merge.EnumerateArray().Select(part => part.GetString()));

    private static JsonDocument Open(string folder, string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name)));

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new InvalidDataException($"The MiniMind2-Small package is not as expected: {fault}.");
        }
    }

    private uint Special(JsonDocument configuration, string role)
    {
        var id = Array.IndexOf(_tokens, configuration.RootElement.GetProperty(role).GetString());
        Require(id >= 0, $"its {role} is not in the vocabulary");
        return (uint)id;
    }

    private void Set(int id, string token, int type)
    {
        Require((uint)id < (uint)_tokens.Length, $"token id {id} is beyond the vocabulary");
        _tokens[id] = token;
        _types[id] = type;
    }
}
