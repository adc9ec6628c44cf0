using System.Text.Json;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>Reads the <c>normalizer</c> of a tokenizer.json.</summary>
internal static class NormalizerJson
{
    /// <summary>Reads the part.</summary>
    /// <param name="element">The part.</param>
    /// <param name="file">The file, for errors.</param>
    /// <param name="path">Where the part lies in the file, for errors.</param>
    /// <returns>The normaliser, or <see langword="null"/> for null.</returns>
    /// <exception cref="ModelFileException">A field is missing or wrong.</exception>
    /// <exception cref="UnsupportedModelException">A kind or a pattern is not supported.</exception>
    public static ITextNormalizer? Read(JsonElement element, string file, string path = "$.normalizer")
    {
        JsonPart part = new(file, path, element);
        return part.IsNull ? null : Read(part);
    }

    private static ITextNormalizer Read(JsonPart part) =>
        part.Kind switch
        {
            "Sequence" => new NormalizerSequence([.. part["normalizers"].Items().Select(Read)]),
            "BertNormalizer" => ReadBert(part),
            "NFC" => new UnicodeNormalizer(NormalizationForm.Nfc),
            "NFD" => new UnicodeNormalizer(NormalizationForm.Nfd),
            "NFKC" => new UnicodeNormalizer(NormalizationForm.Nfkc),
            "NFKD" => new UnicodeNormalizer(NormalizationForm.Nfkd),
            "Lowercase" => new Lowercase(),
            "Strip" => new Strip(part["strip_left"].AsBoolean(), part["strip_right"].AsBoolean()),
            "StripAccents" => new StripAccents(),
            "Nmt" => new Nmt(),
            "Prepend" => new Prepend(part["prepend"].AsString()),
            "Replace" => ReadReplace(part),
            "Precompiled" => ReadPrecompiled(part["precompiled_charsmap"]),
            "ByteLevel" => new ByteLevelNormalizer(),
            _ => throw part.UnknownKind("normalizer"),
        };

    private static BertNormalizer ReadBert(JsonPart part)
    {
        var lowercase = part["lowercase"].AsBoolean();
        var accents = part["strip_accents"];
        return new BertNormalizer(
            part["clean_text"].AsBoolean(),
            part["handle_chinese_chars"].AsBoolean(),
            accents.IsNull ? lowercase : accents.AsBoolean(),
            lowercase
        );
    }

    private static ITextNormalizer ReadReplace(JsonPart part)
    {
        var content = part["content"].AsString();
        var literal = part["pattern"]["String"];
        return !literal.IsNull && literal.AsString() is [var from] && content is [var to]
            ? new CharacterReplacement(from, to)
            : new Replace(PatternJson.Read(part["pattern"]), content);
    }

    private static PrecompiledCharacterMap ReadPrecompiled(JsonPart part)
    {
        part.AsString();
        if (!part.Element.TryGetBytesFromBase64(out var bytes))
        {
            throw part.Wrong("base64");
        }

        try
        {
            return new PrecompiledCharacterMap(bytes);
        }
        catch (FormatException e)
        {
            throw part.Error($"'{part.Path}' is damaged: {e.Message}.");
        }
    }
}
