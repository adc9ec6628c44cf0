using LocalSlm.Gguf.Format;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Provisional: reads the facts that a load needs.</summary>
internal static class GgufInspector
{
    public static bool Recognises(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    public static ModelFacts Inspect(string path)
    {
        var file = GgufModelFile.Open(path).First;
        var arch = file.FindString("general.architecture") ?? "unknown";
        int Int(string key) => (int)(file.FindInteger($"{arch}.{key}") ?? 0);
        var heads = Math.Max(1, Int("attention.head_count"));
        var kvHeads = Int("attention.head_count_kv");
        var width = Int("embedding_length");
        var headSize = Int("attention.key_length") is > 0 and var k ? k : width / heads;
        return new ModelFacts
        {
            Path = path,
            Runtime = "llama.cpp",
            Architecture = arch,
            Name = file.FindString("general.name"),
            WeightBytes = new FileInfo(path).Length,
            LayerCount = Int("block_count"),
            EmbeddingLength = width,
            HeadCount = heads,
            KvBytesPerToken = 4L * Int("block_count") * (kvHeads > 0 ? kvHeads : heads) * headSize,
            TrainedContextTokens = Int("context_length"),
            VocabularySize = Int("vocab_size"),
            TokenizerKind = file.FindString("tokenizer.ggml.model"),
            ChatTemplate = file.FindString("tokenizer.chat_template"),
            CanGenerate = arch != "bert",
        };
    }
}
