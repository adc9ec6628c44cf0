using System.Collections.Frozen;

namespace LocalSlm.Gguf.Format;

/// <summary>The architectures that llama.cpp v0.4.0 knows (src/llama-arch.cpp: names, <c>llm_arch_is_recurrent</c>,
/// <c>llm_arch_is_hybrid</c>, <c>llm_arch_is_diffusion</c>).</summary>
internal static class LlamaArchitecture
{
    private static readonly FrozenDictionary<string, ArchitectureKind> Kinds = new (
        ArchitectureKind Kind,
        string Names
    )[]
    {
        (
            ArchitectureKind.Decoder,
            "llama llama4 deci falcon grok gpt2 gptneox mpt baichuan starcoder refact bloom stablelm qwen qwen2 qwen2moe qwen2vl qwen3 "
                + "qwen3moe qwen3vl qwen3vlmoe phi2 phi3 phimoe plamo plamo3 codeshell orion internlm2 minicpm minicpm3 gemma gemma2 "
                + "gemma3 gemma3n gemma4 starcoder2 xverse command-r cohere2 cohere2moe dbrx olmo olmo2 olmoe muse-glimmer openelm arctic "
                + "deepseek deepseek2 deepseek2-ocr deepseek32 chatglm glm4 glm4moe glm-dsa bitnet jais jais2 nemotron exaone exaone4 "
                + "exaone-moe granite granitemoe graniteswitch granite_swa chameleon plm bailingmoe bailingmoe2 dots1 dots3note arcee "
                + "afmoe laguna ernie4_5 ernie4_5-moe hunyuan-moe hunyuan-dense hunyuan_vl hy_v3 smollm3 gpt-oss smallthinker seed_oss "
                + "grovemoe apertus minimax-m2 minimax-m3 cogvlm pangu-embedded mistral3 mistral4 paddleocr mimo2 step35 maincoder talkie "
                + "mellum nanbeige"
        ),
        (ArchitectureKind.Recurrent, "mamba mamba2 rwkv6 rwkv6qwen2 rwkv7 arwkv7"),
        (
            ArchitectureKind.Hybrid,
            "jamba falcon-h1 plamo2 granitehybrid lfm2 lfm2moe nemotron_h nemotron_h_moe qwen3next kimi-linear bailingmoe3 kimi-k3 qwen35 "
                + "qwen35moe qwen4exp deepseek4 minimax-01"
        ),
        (
            ArchitectureKind.Encoder,
            "bert modern-bert nomic-bert nomic-bert-moe neo-bert jina-bert-v2 jina-bert-v3 eurobert gemma-embedding llama-embed t5encoder"
        ),
        (ArchitectureKind.EncoderDecoder, "t5"),
        (ArchitectureKind.Diffusion, "dream llada llada-moe rnd1"),
        (ArchitectureKind.Part, "clip wavtokenizer-dec gemma4-assistant eagle3 dflash qwen3tts pockettts"),
    }
        .SelectMany(group => group.Names.Split(' ').Select(name => (name, group.Kind)))
        .ToFrozenDictionary(pair => pair.name, pair => pair.Kind, StringComparer.Ordinal);

    // The graphs of these assert that the rotated part of a head is the whole head (src/models, "n_embd_head == n_rot").
    private static readonly FrozenSet<string> WholeHeadRotation = (
        "apertus arcee arctic baichuan chameleon codeshell cogvlm dbrx deci deepseek dots1 ernie4_5 ernie4_5-moe exaone falcon granite "
        + "granitemoe grok grovemoe hunyuan-moe internlm2 jais2 llama llama-embed llama4 maincoder minimax-m2 mistral3 nemotron "
        + "olmo olmo2 olmoe orion paddleocr pangu-embedded plamo qwen2 qwen2moe qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe seed_oss "
        + "smallthinker smollm3 starcoder2 xverse"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    // The graphs of these assert that keys are as long as values (src/models, "n_embd_head == hparams.n_embd_head_k()"), besides
    // those that rotate whole heads.
    private static readonly FrozenSet<string> EqualLengths = (
        "gpt2 gptneox mpt starcoder refact bert modern-bert neo-bert eurobert bloom stablelm qwen qwen3next qwen35"
        + " qwen35moe qwen4exp phi2 phi3 command-r cohere2 cohere2moe muse-glimmer openelm chatglm glm4 bitnet jais nemotron_h"
        + " nemotron_h_moe granite_swa bailingmoe2 afmoe laguna hunyuan_vl hy_v3 minimax-01 minimax-m3 mellum nanbeige nomic-bert nomic-bert-moe jina-bert-v2"
        + " jina-bert-v3"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    // Their loaders assert that there are experts.
    private static readonly FrozenSet<string> Experts = "smallthinker llada-moe grovemoe bailingmoe2 lfm2moe"
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    public static ArchitectureKind KindOf(string name) => Kinds.GetValueOrDefault(name);

    /// <summary>Whether the model must have experts.</summary>
    public static bool NeedsExperts(string name) => Experts.Contains(name);

    /// <summary>Whether keys must be as long as values.</summary>
    public static bool HasEqualLengths(string name) => EqualLengths.Contains(name) || RotatesWholeHeads(name);

    /// <summary>Whether every head must be rotated as a whole.</summary>
    public static bool RotatesWholeHeads(string name) => WholeHeadRotation.Contains(name);
}
