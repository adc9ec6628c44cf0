using System.Globalization;
using System.Text;

namespace LocalSlm.Gguf.Format;

/// <summary>Checks a vocabulary: llama.cpp v0.4.0 (src/llama-vocab.cpp) asserts, or throws out of a C function, which ends the
/// process, where tokens repeat, byte tokens are missing or malformed, or a special token it adds is not there.</summary>
internal static class VocabularyCheck
{
    private const int ByteTokenType = 6;

    public static void Check(GgufFile file)
    {
        var model = RequireText(file, "tokenizer.ggml.model");
        if (model is "none" or "no_vocab" or "")
        {
            throw new UnsupportedModelException(
                file.Path,
                file.FindString("general.architecture"),
                "the file has no vocabulary, so text cannot be turned into tokens. Get a file that includes its tokenizer."
            );
        }

        var tokens = RequireTokens(file);
        var texts = ReadUnique(file, tokens);
        var types = ReadTypes(file, tokens.Count);
        CheckByteTokens(file, model, tokens, types);
        if (model == "llama")
        {
            RequireAllBytes(file, texts);
        }

        if (model == "rwkv")
        {
            RwkvTokens.Check(file, tokens);
        }

        CheckSpecials(file, model, tokens.Count);
        CheckTemplate(file);
    }

    private static string RequireText(GgufFile file, string key)
    {
        var value = file.Find(key);
        return value is { Type: GgufValueType.String }
            ? value.AsString()
            : throw new ModelFileException(
                file.Path,
                $"'{key}' is missing or no text. The file is damaged, or no language model.",
                value?.Offset
            );
    }

    private static GgufValue RequireTokens(GgufFile file)
    {
        var value = file.Find("tokenizer.ggml.tokens");
        return value is { IsArray: true, ElementType: GgufValueType.String, Count: > 0 }
            ? value
            : throw new ModelFileException(
                file.Path,
                "'tokenizer.ggml.tokens' is missing, empty, or no array of strings. The file is damaged.",
                value?.Offset
            );
    }

    // llama.cpp keeps tokens by their text, names empty ones "[EMPTY_n]", and asserts that none is there twice.
    private static HashSet<Utf8Key> ReadUnique(GgufFile file, GgufValue tokens)
    {
        var texts = new HashSet<Utf8Key>(tokens.Count);
        var index = 0;
        foreach (var text in tokens.AsStrings().Memories())
        {
            // It reads them as C strings, so a zero byte ends one.
            var end = text.Span.IndexOf((byte)0);
            var word = end < 0 ? text : text[..end];
            var key = word.IsEmpty
                ? Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"[EMPTY_{index}]"))
                : word;
            if (!texts.Add(new(key)))
            {
                throw new ModelFileException(
                    file.Path,
                    $"the token '{Encoding.UTF8.GetString(key.Span)}' is in the vocabulary twice, the second time as {index}. The file is damaged.",
                    tokens.Offset
                );
            }

            index++;
        }

        return texts;
    }

    private static int[]? ReadTypes(GgufFile file, int tokenCount)
    {
        var value = file.Find("tokenizer.ggml.token_type");
        if (value is not { IsArray: true, ElementType: GgufValueType.Int32 })
        {
            return null; // missing is allowed; another type llama.cpp refuses
        }

        return value.Count >= tokenCount
            ? value.AsArray<int>()
            : throw new ModelFileException(
                file.Path,
                $"'tokenizer.ggml.token_type' has {value.Count} entries for {tokenCount} tokens. The file is damaged.",
                value.Offset
            );
    }

    private static void CheckByteTokens(GgufFile file, string model, GgufValue tokens, int[]? types)
    {
        if (types is null || model is "rwkv" or "plamo2")
        {
            return;
        }

        var index = 0;
        foreach (var text in tokens.AsStrings())
        {
            if (types[index] == ByteTokenType && (model == "bert" || !IsByteToken(text)))
            {
                throw new ModelFileException(
                    file.Path,
                    $"token {index}, '{Encoding.UTF8.GetString(text)}', is marked as a byte; "
                        + (
                            model == "bert"
                                ? "a WordPiece vocabulary has none."
                                : "such a token is written <0x00> to <0xFF>. The file is damaged."
                        ),
                    tokens.Offset
                );
            }

            index++;
        }
    }

    private static bool IsByteToken(ReadOnlySpan<byte> text) =>
        text.Length == 6
        && text.StartsWith("<0x"u8)
        && text[5] == (byte)'>'
        && char.IsAsciiHexDigit((char)text[3])
        && char.IsAsciiHexDigit((char)text[4]);

    // Text outside the vocabulary is spelled in byte tokens; a missing one is an exception that ends the process.
    private static void RequireAllBytes(GgufFile file, HashSet<Utf8Key> texts)
    {
        for (var value = 0; value < 256; value++)
        {
            var written = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"));
            if (!texts.Contains(new(written)) && !texts.Contains(new(new byte[] { (byte)value })))
            {
                throw new ModelFileException(
                    file.Path,
                    $"the vocabulary has no token for the byte <0x{value:X2}>; a SentencePiece vocabulary needs all 256. The file is damaged."
                );
            }
        }
    }

    private static void CheckSpecials(GgufFile file, string model, int tokenCount)
    {
        switch (model)
        {
            case "bert":
                RequireSpecial(file, "bos", tokenCount, 101);
                RequireSpecial(file, "seperator", tokenCount, 102);
                break;
            case "t5":
                RequireAdded(file, "bos", null);
                RequireAdded(file, "eos", 1);
                break;
            case "llama":
                RequireAdded(file, "bos", 1);
                RequireAdded(file, "eos", 2);
                break;
            default:
                RequireAdded(file, "bos", model == "gpt2" ? 11 : null);
                RequireAdded(file, "eos", model == "gpt2" ? 11 : null);
                break;
        }

        void RequireAdded(GgufFile source, string name, int? fallback)
        {
            if (source.Find($"tokenizer.ggml.add_{name}_token")?.AsBool() == true)
            {
                RequireSpecial(source, name, tokenCount, fallback);
            }
        }
    }

    // Ids beyond the vocabulary are dropped for the default, and the default where it is beyond, too; then adding it asserts.
    private static void RequireSpecial(GgufFile file, string name, int tokenCount, int? fallback)
    {
        var value = file.Find($"tokenizer.ggml.{name}_token_id");
        long? id = value?.AsInteger() is { } given && given >= 0 && given < tokenCount ? given : fallback;
        if (id is null || id >= tokenCount)
        {
            throw new ModelFileException(
                file.Path,
                $"'tokenizer.ggml.{name}_token_id' is {value?.AsInteger()?.ToString(CultureInfo.InvariantCulture) ?? "missing"}, but that token is added to every text; it must be 0 to {tokenCount - 1}.",
                value?.Offset
            );
        }
    }

    private static void CheckTemplate(GgufFile file)
    {
        foreach (var key in file.Keys)
        {
            if (
                key.StartsWith("tokenizer.chat_template", StringComparison.Ordinal)
                && file.Find(key) is { Type: GgufValueType.String } value
                && !System.Text.Unicode.Utf8.IsValid(value.Payload.Span)
            )
            {
                throw new ModelFileException(
                    file.Path,
                    $"'{key}' is no valid UTF-8. The file is damaged.",
                    value.Offset
                );
            }
        }
    }
}
