namespace LocalSlm.Tokenization.Gguf;

/// <summary>How the vocabularies that <c>tokenizer.ggml.pre</c> names split text.</summary>
/// <param name="Patterns">The patterns, one after the other.</param>
/// <param name="IgnoresMerges">Whether a piece that is an entry is taken as such.</param>
/// <param name="AddsBos">Whether BOS stands before every text, unless the file says otherwise.</param>
/// <param name="AddsSeparator">Whether SEP stands behind every text, unless the file says otherwise.</param>
/// <param name="Composes">Whether the vocabulary's own tokenizer composes characters first (NFC).</param>
/// <remarks>The names are llama.cpp's (v0.4.0, llama-vocab.cpp); the patterns those of the vocabularies' own tokenizer.json.</remarks>
internal sealed record GgufSplitPatterns(
    string[] Patterns,
    bool IgnoresMerges = false,
    bool AddsBos = false,
    bool AddsSeparator = false,
    bool Composes = false
)
{
    private const string Gpt2 = TokenizerAssembly.ByteLevelPattern;

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

    private const string Spaces = @"|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Llama3 =
        Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces;

    private const string Qwen2 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces;

    private const string Qwen35 =
        Contractions + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + Spaces;

    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";

    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";

    private const string Gpt4oWords =
        @"[^\r\n\p{L}\p{N}]?"
        + Upper
        + "*"
        + Lower
        + "+"
        + Contractions
        + @"?|[^\r\n\p{L}\p{N}]?"
        + Upper
        + "+"
        + Lower
        + "*"
        + Contractions
        + "?";

    private const string Gpt4o = Gpt4oWords + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + Spaces;

    private const string Tekken =
        @"[^\r\n\p{L}\p{N}]?"
        + Upper
        + "*"
        + Lower
        + @"+|[^\r\n\p{L}\p{N}]?"
        + Upper
        + "+"
        + Lower
        + @"*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*"
        + Spaces;

    private const string DeepSeekWords =
        """[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
        + Spaces;

    private static readonly Dictionary<string, GgufSplitPatterns> Known = Build();

    /// <summary>Finds the patterns of a name.</summary>
    /// <returns>The patterns, or <see langword="null"/> if the name is not known.</returns>
    public static GgufSplitPatterns? Find(string name) => Known.GetValueOrDefault(name);

    private static Dictionary<string, GgufSplitPatterns> Build()
    {
        var known = new Dictionary<string, GgufSplitPatterns>(StringComparer.Ordinal);
        Add(
            "gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellumjais trillion granite-docling exaone4",
            new([Gpt2])
        );
        Add("modern-bert mpt olmo", new([Gpt2], Composes: true));
        Add("jina-v1-en jina-v2-code roberta-bpe", new([Gpt2], AddsSeparator: true));
        Add(
            "llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano",
            new([Llama3], true, true)
        );
        Add("dbrx smaug-bpe glm4 chatglm-bpe", new([Llama3]));
        Add("qwen2 deepseek-r1-qwen kormo f2llmv2 megrez", new([Qwen2], Composes: true));
        Add("stablelm2 hunyuan solar-open grok-2", new([Qwen2]));
        Add("qwen35", new([Qwen35], Composes: true));
        Add("starcoder refact command-r smollm codeshell exaone minerva-7b mellum2", new([@"\p{N}", Gpt2]));
        Add(
            "deepseek-v3 hunyuan-dense joyai-llm",
            new([@"\p{N}{1,3}", "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+", DeepSeekWords])
        );
        Add("tekken", new([Tekken], true, true));
        Add("gpt-4o llama4 kanana2 talkie minimax-m2", new([Gpt4o]));
        Add("granite-embed-multi-97m", new([Gpt4o], true));
        Add("tiny_aya cohere2moe", new([@"\d{1,3}(?=(?:\d{3})*\b)", Gpt4o]));
        Add("seed-coder", new([Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+" + Spaces]));
        Add(
            "minicpm5",
            new(
                [@"\p{N}{1,3}", Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces],
                true
            )
        );
        return known;

        void Add(string names, GgufSplitPatterns patterns)
        {
            foreach (var name in names.Split(' '))
            {
                known.Add(name, patterns);
            }
        }
    }
}
