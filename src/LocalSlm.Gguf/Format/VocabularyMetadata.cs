using System.Globalization;
using LocalSlm.Tokenization.Gguf;

namespace LocalSlm.Gguf.Format;

/// <summary>Takes the vocabulary out of a file's metadata, for the managed tokenizer.</summary>
internal static class VocabularyMetadata
{
    /// <summary>Reads the vocabulary.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The vocabulary.</returns>
    /// <exception cref="ModelFileException">The file has none, or a part of it is of the wrong type.</exception>
    public static GgufVocabularyData Read(GgufFile file) =>
        new()
        {
            File = file.Path,
            Model = file.FindString("tokenizer.ggml.model") ?? throw Missing(file, "model"),
            Pre = file.FindString("tokenizer.ggml.pre"),
            Tokens = Strings(file, "tokens") ?? throw Missing(file, "tokens"),
            Scores = Array(file, "scores", GgufValueType.Float32)?.AsArray<float>() ?? [],
            TokenTypes = Array(file, "token_type", GgufValueType.Int32)?.AsArray<int>() ?? [],
            Merges = Strings(file, "merges") ?? [],
            BosToken = Token(file, "bos"),
            EosToken = Token(file, "eos"),
            UnknownToken = Token(file, "unknown"),
            SeparatorToken = Token(file, "seperator"),
            EndOfTurnTokens = [.. new[] { Token(file, "eot"), Token(file, "eom") }.OfType<int>()],
            AddsBos = Flag(file, "add_bos_token"),
            AddsEos = Flag(file, "add_eos_token"),
            AddsSeparator = Flag(file, "add_sep_token"),
            AddsSpacePrefix = Flag(file, "add_space_prefix"),
            RemovesExtraSpaces = Flag(file, "remove_extra_whitespaces"),
            MakesLowercase = Flag(file, "normalizer.lowercase"),
            StripsAccents = Flag(file, "normalizer.strip_accents"),
            PrecompiledCharactersMap =
                Array(file, "precompiled_charsmap", GgufValueType.UInt8, GgufValueType.Int8)?.Payload ?? default,
        };

    private static string[]? Strings(GgufFile file, string name) =>
        Array(file, name, GgufValueType.String)?.AsStrings().ToArray();

    private static GgufValue? Array(GgufFile file, string name, params ReadOnlySpan<GgufValueType> types)
    {
        var key = "tokenizer.ggml." + name;
        if (file.Find(key) is not { } value)
        {
            return null;
        }

        return value.IsArray && types.Contains(value.ElementType)
            ? value
            : throw new ModelFileException(
                file.Path,
                $"'{key}' is {(value.IsArray ? $"an array of {value.ElementType}" : value.Type)}; it must be an array of {types[0]}.",
                value.Offset
            );
    }

    private static bool? Flag(GgufFile file, string name)
    {
        var key = "tokenizer.ggml." + name;
        if (file.Find(key) is not { } value)
        {
            return null;
        }

        return value.Type == GgufValueType.Bool
            ? value.AsBool()
            : throw new ModelFileException(file.Path, $"'{key}' is {value.Type}; it must be a boolean.", value.Offset);
    }

    private static int? Token(GgufFile file, string name)
    {
        var key = $"tokenizer.ggml.{name}_token_id";
        if (file.FindInteger(key) is not { } id)
        {
            return null;
        }

        return id is >= 0 and <= int.MaxValue
            ? (int)id
            : throw new ModelFileException(
                file.Path,
                string.Create(CultureInfo.InvariantCulture, $"'{key}' is {id}, which is no token id.")
            );
    }

    private static ModelFileException Missing(GgufFile file, string name) =>
        new(
            file.Path,
            $"'tokenizer.ggml.{name}' is missing or of the wrong type, so text cannot be turned into tokens."
        );
}
