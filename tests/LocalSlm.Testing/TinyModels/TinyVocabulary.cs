using LocalSlm.Gguf.Format;

namespace LocalSlm.Testing.TinyModels;

/// <summary>Adds small vocabularies of the kinds that llama.cpp knows.</summary>
internal static class TinyVocabulary
{
    /// <summary>A ChatML template, as Qwen and SmolLM models carry it.</summary>
    public const string ChatMlTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>Gemma's template in short: turns between two control tokens, the assistant called "model".</summary>
    public const string GemmaTemplate =
        "{{ bos_token }}{% for message in messages %}{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) "
        + "+ '\\n' + message['content'] + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}";

    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;
    private const int UserDefined = 4;
    private const int Byte = 6;

    private static readonly string[] Words =
    [
        "the",
        "and",
        "ing",
        "hello",
        "world",
        "is",
        "sky",
        "blue",
        "what",
        "capital",
        "of",
        "france",
        "paris",
        "user",
        "assistant",
        "system",
        "you",
        "are",
        "in",
        "to",
        "a",
        "model",
        "quick",
        "brown",
        "fox",
        "on",
        "er",
        "re",
        "at",
        "en",
    ];

    /// <summary>Byte-level BPE: 256 bytes, merges that build common words, and ChatML's control tokens at the end.</summary>
    public static void AddBytePair(GgufWriter writer)
    {
        var tokens = ByteLetters().ToList();
        var types = Enumerable.Repeat(Normal, tokens.Count).ToList();
        var merges = new List<string>();
        foreach (var word in Words.SelectMany(w => new[] { w, "Ġ" + w }))
        {
            for (var length = 2; length <= word.Length; length++)
            {
                if (!tokens.Contains(word[..length]))
                {
                    tokens.Add(word[..length]);
                    types.Add(Normal);
                    merges.Add($"{word[..(length - 1)]} {word[length - 1]}");
                }
            }
        }

        var specials = new[] { "<|endoftext|>", "<|im_start|>", "<|im_end|>" };
        tokens.AddRange(specials);
        types.AddRange(specials.Select(_ => Control));
        var userDefined = new[] { "<think>", "</think>", "<tool_call>", "</tool_call>" };
        tokens.AddRange(userDefined);
        types.AddRange(userDefined.Select(_ => UserDefined));

        writer
            .Add("tokenizer.ggml.model", "gpt2")
            .Add("tokenizer.ggml.pre", "gpt-2")
            .Add("tokenizer.ggml.tokens", GgufValue.Array(tokens))
            .Add("tokenizer.ggml.token_type", GgufValue.Array<int>(types.ToArray()))
            .Add("tokenizer.ggml.merges", GgufValue.Array(merges))
            .Add("tokenizer.ggml.bos_token_id", (uint)tokens.IndexOf("<|im_start|>"))
            .Add("tokenizer.ggml.eos_token_id", (uint)tokens.IndexOf("<|im_end|>"))
            .Add("tokenizer.ggml.padding_token_id", (uint)tokens.IndexOf("<|endoftext|>"))
            .Add("tokenizer.ggml.add_bos_token", false)
            .Add("tokenizer.chat_template", ChatMlTemplate);
    }

    /// <summary>The number of tokens that <see cref="AddBytePair"/> makes.</summary>
    public static int BytePairSize { get; } = Size(AddBytePair);

    /// <summary>SentencePiece: unknown, begin, end, 256 byte tokens, Gemma's turn tokens, then pieces with scores.</summary>
    public static void AddSentencePiece(GgufWriter writer)
    {
        var tokens = new List<string> { "<unk>", "<s>", "</s>" };
        var types = new List<int> { Unknown, Control, Control };
        for (var value = 0; value < 256; value++)
        {
            tokens.Add($"<0x{value:X2}>");
            types.Add(Byte);
        }

        tokens.AddRange(["<start_of_turn>", "<end_of_turn>"]);
        types.AddRange([Control, Control]);
        var scores = Enumerable.Repeat(0f, tokens.Count).ToList();
        var pieces = Words
            .SelectMany(w => Enumerable.Range(2, w.Length - 1 < 0 ? 0 : w.Length - 1).Select(n => w[..n]))
            .SelectMany(w => new[] { w, "▁" + w })
            .Concat(
                "▁etaoinsrhldcumfpgwybvkxjqzETAOINSRHLDCUMFPGWYBVKXJQZ0123456789.,!?'-:;()".Select(c => c.ToString())
            )
            .Distinct()
            .OrderByDescending(piece => piece.Length);
        foreach (var piece in pieces)
        {
            tokens.Add(piece);
            types.Add(Normal);
            scores.Add(-scores.Count);
        }

        writer
            .Add("tokenizer.ggml.model", "llama")
            .Add("tokenizer.ggml.pre", "default")
            .Add("tokenizer.ggml.tokens", GgufValue.Array(tokens))
            .Add("tokenizer.ggml.scores", GgufValue.Array<float>(scores.ToArray()))
            .Add("tokenizer.ggml.token_type", GgufValue.Array<int>(types.ToArray()))
            .Add("tokenizer.ggml.bos_token_id", 1u)
            .Add("tokenizer.ggml.eos_token_id", 2u)
            .Add("tokenizer.ggml.unknown_token_id", 0u)
            .Add("tokenizer.ggml.eot_token_id", (uint)tokens.IndexOf("<end_of_turn>"))
            .Add("tokenizer.ggml.add_bos_token", true)
            .Add("tokenizer.ggml.add_space_prefix", true)
            .Add("tokenizer.chat_template", GemmaTemplate);
    }

    /// <summary>The number of tokens that <see cref="AddSentencePiece"/> makes.</summary>
    public static int SentencePieceSize { get; } = Size(AddSentencePiece);

    /// <summary>WordPiece: BERT's specials, words with the leading mark that llama.cpp's converter gives them, and letters.</summary>
    public static void AddWordPiece(GgufWriter writer)
    {
        var tokens = new List<string> { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" };
        var types = new List<int> { Control, Control, Control, Control, Control };
        var pieces = Words
            .Select(w => "▁" + w)
            .Concat("abcdefghijklmnopqrstuvwxyz".SelectMany(c => new[] { "▁" + c, c.ToString() }));
        foreach (var piece in pieces.Distinct())
        {
            tokens.Add(piece);
            types.Add(Normal);
        }

        writer
            .Add("tokenizer.ggml.model", "bert")
            .Add("tokenizer.ggml.tokens", GgufValue.Array(tokens))
            .Add("tokenizer.ggml.token_type", GgufValue.Array<int>(types.ToArray()))
            .Add("tokenizer.ggml.token_type_count", 2u)
            .Add("tokenizer.ggml.padding_token_id", 0u)
            .Add("tokenizer.ggml.unknown_token_id", 1u)
            .Add("tokenizer.ggml.cls_token_id", 2u)
            .Add("tokenizer.ggml.bos_token_id", 2u)
            .Add("tokenizer.ggml.seperator_token_id", 3u)
            .Add("tokenizer.ggml.mask_token_id", 4u);
    }

    /// <summary>The number of tokens that <see cref="AddWordPiece"/> makes.</summary>
    public static int WordPieceSize { get; } = Size(AddWordPiece);

    // GPT-2 shows every byte as a printable letter: printable bytes as themselves, the others counted up from U+0100.
    private static IEnumerable<string> ByteLetters()
    {
        var next = 0;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
            yield return ((char)(printable ? value : 256 + next++)).ToString();
        }
    }

    private static int Size(Action<GgufWriter> add)
    {
        var writer = new GgufWriter();
        add(writer);
        using var stream = new MemoryStream();
        writer.Write(stream);
        stream.Position = 0;
        return GgufReader.Read(stream, "vocabulary").Find("tokenizer.ggml.tokens")!.Count;
    }
}
