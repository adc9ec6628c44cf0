using System.Globalization;
using System.Text;
using System.Text.Json;
using LocalSlm.Tokenization.Bpe;
using LocalSlm.Tokenization.Models;

namespace LocalSlm.Tokenization.Gguf;

/// <summary>Builds the tokenizer of a GGUF file from the vocabulary in it.</summary>
internal static class GgufVocabulary
{
    private const string NoPart = "null";

    /// <summary>Builds the tokenizer.</summary>
    /// <param name="data">The vocabulary.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelFileException">The vocabulary contradicts itself.</exception>
    /// <exception cref="UnsupportedModelException">Its kind, or the way it splits text, is not supported.</exception>
    public static ManagedTokenizer Build(GgufVocabularyData data)
    {
        var parts = BuildParts(data);
        try
        {
            return new ManagedTokenizer(parts);
        }
        catch (FormatException error)
        {
            throw new ModelFileException(data.File, error.Message, null, error);
        }
    }

    /// <summary>Builds the parts of the tokenizer.</summary>
    /// <param name="data">The vocabulary.</param>
    /// <returns>The parts.</returns>
    /// <exception cref="ModelFileException">The vocabulary contradicts itself.</exception>
    /// <exception cref="UnsupportedModelException">Its kind, or the way it splits text, is not supported.</exception>
    public static TokenizerParts BuildParts(GgufVocabularyData data)
    {
        Check(data);
        try
        {
            return data.Model switch
            {
                "bert" => BuildWordPiece(data),
                "gpt2" => BuildByteLevel(data),
                "llama" => BuildSentencePiece(data),
                "t5" => BuildUnigram(data),
                _ => throw new UnsupportedModelException(
                    data.File,
                    null,
                    $"its vocabulary is of the kind '{data.Model}'; bert, gpt2, llama and t5 are supported."
                ),
            };
        }
        catch (FormatException error)
        {
            throw new ModelFileException(data.File, error.Message, null, error);
        }
    }

    private static void Check(GgufVocabularyData data)
    {
        if (data.Tokens.Count == 0 || data.Tokens.Count > Utf8Vocabulary.HighestId)
        {
            throw new ModelFileException(
                data.File,
                $"'tokenizer.ggml.tokens' has {data.Tokens.Count} entries; 1 to {Utf8Vocabulary.HighestId} are supported."
            );
        }

        Fits("scores", data.Scores.Count);
        Fits("token_type", data.TokenTypes.Count);
        foreach (
            var (name, id) in (ReadOnlySpan<(string, int?)>)
                [
                    ("bos", data.BosToken),
                    ("eos", data.EosToken),
                    ("unknown", data.UnknownToken),
                    ("seperator", data.SeparatorToken),
                ]
        )
        {
            if (id is { } token && (uint)token >= (uint)data.Tokens.Count)
            {
                throw new ModelFileException(
                    data.File,
                    $"'tokenizer.ggml.{name}_token_id' is {token}; the vocabulary has {data.Tokens.Count} tokens."
                );
            }
        }

        void Fits(string name, int count)
        {
            if (count != 0 && count != data.Tokens.Count)
            {
                throw new ModelFileException(
                    data.File,
                    $"'tokenizer.ggml.{name}' has {count} entries for {data.Tokens.Count} tokens."
                );
            }
        }
    }

    private static TokenizerParts BuildWordPiece(GgufVocabularyData data)
    {
        // The converter writes 'the' as '▁the' and '##ing' as 'ing' (llama.cpp's conversion/bert.py, v0.4.0).
        var names = new string[data.Tokens.Count];
        var hasCapitals = false;
        for (var id = 0; id < names.Length; id++)
        {
            var token = data.Tokens[id];
            if (token.StartsWith('\u2581'))
            {
                names[id] = token[1..];
                hasCapitals |= token.Length > 1 && char.IsAsciiLetterUpper(token[1]);
            }
            else
            {
                var isMarker =
                    TypeOf(data, id) == GgufTokenType.Control
                    || (token.Length > 2 && token[0] == '[' && token[^1] == ']');
                names[id] = isMarker ? token : "##" + token;
            }
        }

        var entries = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (var id = 0; id < names.Length; id++)
        {
            if (!entries.TryAdd(names[id], id))
            {
                throw new FormatException(
                    $"'tokenizer.ggml.tokens' has '{names[id]}' twice: {entries[names[id]]} and {id}."
                );
            }
        }

        var unknown = data.UnknownToken ?? entries.GetValueOrDefault("[UNK]", -1);
        var first = data.BosToken ?? entries.GetValueOrDefault("[CLS]", -1);
        var last = data.SeparatorToken ?? data.EosToken ?? entries.GetValueOrDefault("[SEP]", -1);
        var special = new HashSet<int> { unknown, first, last };
        foreach (var name in (ReadOnlySpan<string>)["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        {
            special.Add(entries.GetValueOrDefault(name, -1));
        }

        special.Remove(-1);
        if (unknown < 0)
        {
            throw new FormatException("The vocabulary has no token for unknown words ('[UNK]').");
        }

        // The file does not say whether text is made lower case. A vocabulary without words in capitals needs it.
        var lowercase = hasCapitals ? "false" : "true";
        return Assemble(
            data,
            new WordPieceModel(new WordVocabulary(entries), names[unknown]),
            [.. special.Order().Select(id => Added(data, id, names[id], isSpecial: true))],
            $$"""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":{{lowercase}}}""",
            """{"type":"BertPreTokenizer"}""",
            Around(data.AddsBos ?? true ? first : -1, data.AddsEos ?? data.AddsSeparator ?? true ? last : -1),
            """{"type":"WordPiece","prefix":"##","cleanup":true}""",
            names
        );
    }

    private static TokenizerParts BuildByteLevel(GgufVocabularyData data)
    {
        var name = data.Pre ?? "default";
        var split =
            GgufSplitPatterns.Find(name)
            ?? throw new UnsupportedModelException(
                data.File,
                null,
                $"its vocabulary splits text in the way named '{name}' (tokenizer.ggml.pre), which is not known here."
            );
        var model = BuildMerges(data, split);
        var steps = string.Join(
            ',',
            split.Patterns.Select(pattern =>
                $$$"""{"type":"Split","pattern":{"Regex":"{{{JsonEncodedText.Encode(pattern)}}}"},"behavior":"Isolated","invert":false}"""
            )
        );
        return Assemble(
            data,
            model,
            AddedTokens(data),
            split.Composes ? """{"type":"NFC"}""" : NoPart,
            $$"""{"type":"Sequence","pretokenizers":[{{steps}},{"type":"ByteLevel","add_prefix_space":{{(data.AddsSpacePrefix == true ? "true" : "false")}},"trim_offsets":true,"use_regex":false}]}""",
            Around(
                data.AddsBos ?? split.AddsBos ? data.BosToken ?? -1 : -1,
                data.AddsSeparator == true ? data.SeparatorToken ?? -1
                    : data.AddsEos == true ? data.EosToken ?? -1
                    : -1
            ),
            """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
            data.Tokens
        );
    }

    /// <summary>Makes the model; control tokens are found before text is split, and are no entries of it.</summary>
    private static BpeModel BuildMerges(GgufVocabularyData data, GgufSplitPatterns split)
    {
        var vocabulary = new Utf8Vocabulary();
        for (var id = 0; id < data.Tokens.Count; id++)
        {
            if (TypeOf(data, id) != GgufTokenType.Control && data.Tokens[id].Length > 0)
            {
                vocabulary.Add(System.Text.Encoding.UTF8.GetBytes(data.Tokens[id]), id);
            }
        }

        var merges = new MergeTableBuilder(vocabulary, string.Empty);
        foreach (var merge in data.Merges)
        {
            merges.AddLine(System.Text.Encoding.UTF8.GetBytes(merge));
        }

        return new BpeModel(vocabulary, merges.Build(), new BpeOptions { IgnoresMerges = split.IgnoresMerges });
    }

    private static TokenizerParts BuildSentencePiece(GgufVocabularyData data)
    {
        var unknown = data.UnknownToken ?? 0;
        var (bos, eos) = (WithinOrNone(data, data.BosToken ?? 1), WithinOrNone(data, data.EosToken ?? 2));
        var prefix = data.AddsSpacePrefix ?? true;
        return Assemble(
            data,
            SentencePieceMerges.Build(
                data.Tokens,
                data.Scores,
                data.Tokens[unknown],
                id => TypeOf(data, id) == GgufTokenType.Control
            ),
            AddedTokens(data),
            SentencePieceParts.Normalizer(prefix),
            NoPart,
            Around(data.AddsBos ?? true ? bos : -1, data.AddsEos == true ? eos : -1),
            SentencePieceParts.Decoder(prefix),
            data.Tokens
        );
    }

    private static TokenizerParts BuildUnigram(GgufVocabularyData data)
    {
        if (data.Scores.Count == 0)
        {
            throw new FormatException("'tokenizer.ggml.scores' is missing; a t5 vocabulary needs it.");
        }

        var entries = data.Tokens.Select((token, id) => (token, (double)data.Scores[id])).ToList();
        var hasBytes = Enumerable.Range(0, entries.Count).Any(id => TypeOf(data, id) == GgufTokenType.Byte);
        return Assemble(
            data,
            new UnigramModel(entries, data.UnknownToken ?? (entries.Count > 2 ? 2 : null), hasBytes),
            AddedTokens(data),
            SentencePieceParts.UnigramNormalizer(data.PrecompiledCharactersMap.Span),
            SentencePieceParts.UnigramSplit(data.AddsSpacePrefix ?? true, data.RemovesExtraSpaces ?? false),
            Around(
                data.AddsBos == true ? data.BosToken ?? -1 : -1,
                data.AddsEos ?? true ? WithinOrNone(data, data.EosToken ?? 1) : -1
            ),
            SentencePieceParts.UnigramDecoder(data.AddsSpacePrefix ?? true),
            data.Tokens
        );
    }

    private static List<AddedToken> AddedTokens(GgufVocabularyData data)
    {
        var tokens = new List<AddedToken>();
        for (var id = 0; id < data.TokenTypes.Count; id++)
        {
            if (data.TokenTypes[id] is GgufTokenType.Control or GgufTokenType.Unknown or GgufTokenType.UserDefined)
            {
                tokens.Add(Added(data, id, data.Tokens[id], data.TokenTypes[id] != GgufTokenType.UserDefined));
            }
        }

        return tokens;
    }

    private static AddedToken Added(GgufVocabularyData data, int id, string name, bool isSpecial) =>
        new()
        {
            Id = id,
            Content = name,
            IsSpecial = isSpecial,

            // The format has no such flag, but in Phi-3's tokenizer.json these take the white space behind them.
            StripsRight =
                name is "<|assistant|>" or "<|user|>" or "<|system|>" or "<|end|>"
                && data.Model == "llama"
                && data.Tokens.Contains("<|placeholder1|>"),
        };

    private static int WithinOrNone(GgufVocabularyData data, int token) => token < data.Tokens.Count ? token : -1;

    private static int TypeOf(GgufVocabularyData data, int id) =>
        data.TokenTypes.Count == 0 ? GgufTokenType.Normal : data.TokenTypes[id];

    /// <summary>Writes a post-processor that puts tokens around a text; -1 for none.</summary>
    private static string Around(int first, int last)
    {
        var before = first < 0 ? "" : """{"SpecialToken":{"id":"first","type_id":0}},""";
        var after = last < 0 ? "" : """,{"SpecialToken":{"id":"last","type_id":0}}""";
        var pairAfter = last < 0 ? "" : """,{"SpecialToken":{"id":"last","type_id":1}}""";
        var tokens = new List<string>();
        if (first >= 0)
        {
            tokens.Add(Special("first", first));
        }

        if (last >= 0)
        {
            tokens.Add(Special("last", last));
        }

        const string TextA = """{"Sequence":{"id":"A","type_id":0}}""";
        const string TextB = """{"Sequence":{"id":"B","type_id":1}}""";
        return $$"""{"type":"TemplateProcessing","single":[{{before}}{{TextA}}{{after}}],"pair":[{{before}}{{TextA}}{{after}},{{TextB}}{{pairAfter}}],"special_tokens":{ {{string.Join(',', tokens)}} } }""";

        static string Special(string name, int id) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                "{{name}}":{"id":"{{name}}","ids":[{{id}}],"tokens":["{{name}}"]}
                """
            );
    }

    private static TokenizerParts Assemble(
        GgufVocabularyData data,
        ITokenModel model,
        IReadOnlyList<AddedToken> added,
        string normalizer,
        string preTokenizer,
        string postProcessor,
        string decoder,
        IReadOnlyList<string> names
    )
    {
        var ends = added
            .Where(token => token.IsControlOnly && EndOfTurnNames.Contains(token.Content))
            .Select(token => token.Id)
            .Concat(data.EndOfTurnTokens);
        if (data.EosToken is { } eos)
        {
            ends = ends.Append(eos);
        }

        return TokenizerAssembly.Assemble(
            data.File,
            model,
            AddedTokenIds.Settle(data.File, added, model),
            Parse(normalizer),
            Parse(preTokenizer),
            Parse(postProcessor),
            Parse(decoder)
        ) with
        {
            BosText = data.BosToken is { } bos ? names[bos] : string.Empty,
            EosText = data.EosToken is { } end ? names[end] : string.Empty,
            EndOfGeneration = [.. ends],
            LeastIdCount = names.Count,
        };
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
