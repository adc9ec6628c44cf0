using System.Text;
using System.Text.Json;
using LocalSlm.Tokenization.Bpe;
using LocalSlm.Tokenization.Models;
using LocalSlm.Tokenization.PostProcessing;

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
        var capitals = 0;
        for (var id = 0; id < names.Length; id++)
        {
            var token = data.Tokens[id];
            if (token.StartsWith('\u2581'))
            {
                names[id] = token[1..];
                capitals += token.Length > 1 && char.IsAsciiLetterUpper(token[1]) ? 1 : 0;
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

        // Files of older converters do not say whether text is made lower case. A vocabulary without words in capitals needs it; a few
        // markers that a publisher added do not make it one with capitals.
        var lowercase = data.MakesLowercase ?? capitals <= names.Length / 1_000;
        var accents = data.StripsAccents is { } strips ? Json(strips) : NoPart;
        return Assemble(
            data,
            new WordPieceModel(new WordVocabulary(entries), names[unknown]),
            [.. special.Order().Select(id => Added(id, names[id], isSpecial: true))],
            $$"""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":{{accents}},"lowercase":{{Json(lowercase)}}}""",
            """{"type":"BertPreTokenizer"}""",
            SurroundingTokens.Write(
                data.AddsBos ?? true ? first : -1,
                data.AddsEos ?? data.AddsSeparator ?? true ? last : -1
            ),
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
            $$"""{"type":"Sequence","pretokenizers":[{{steps}},{"type":"ByteLevel","add_prefix_space":{{Json(data.AddsSpacePrefix == true)}},"trim_offsets":true,"use_regex":false}]}""",
            SurroundingTokens.Write(
                data.AddsBos ?? split.AddsBos ? data.BosToken ?? -1 : -1,
                data.AddsSeparator ?? split.AddsSeparator ? data.SeparatorToken ?? -1
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
            SurroundingTokens.Write(data.AddsBos ?? true ? bos : -1, data.AddsEos == true ? eos : -1),
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
            SurroundingTokens.Write(
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
        var isPhi3 = data.Model == "llama" && data.Tokens.Contains("<|placeholder1|>");
        for (var id = 0; id < data.TokenTypes.Count; id++)
        {
            if (data.TokenTypes[id] is GgufTokenType.Control or GgufTokenType.Unknown or GgufTokenType.UserDefined)
            {
                tokens.Add(
                    Added(
                        id,
                        data.Tokens[id],
                        data.TokenTypes[id] != GgufTokenType.UserDefined,
                        isPhi3,
                        data.Model == "gpt2"
                    )
                );
            }
        }

        return tokens;
    }

    private static AddedToken Added(
        int id,
        string name,
        bool isSpecial,
        bool isPhi3 = false,
        bool hasLooseMask = false
    ) =>
        new()
        {
            Id = id,
            Content = name,
            IsSpecial = isSpecial,

            // The format has no such flags. In the tokenizer.json of RoBERTa and ModernBERT the mask takes the white space before it,
            // in that of Phi-3 all but these take what is behind them.
            StripsLeft = hasLooseMask && name is ("<mask>" or "[MASK]"),
            StripsRight = isPhi3 && name is not ("<unk>" or "<s>" or "<|endoftext|>"),
        };

    private static int WithinOrNone(GgufVocabularyData data, int token) => token < data.Tokens.Count ? token : -1;

    private static int TypeOf(GgufVocabularyData data, int id) =>
        data.TokenTypes.Count == 0 ? GgufTokenType.Normal : data.TokenTypes[id];

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

    private static string Json(bool value) => value ? "true" : "false";

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
