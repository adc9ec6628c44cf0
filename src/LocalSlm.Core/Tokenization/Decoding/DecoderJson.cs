using System.Text.Json;
using LocalSlm.Tokenization.PreTokenization;

namespace LocalSlm.Tokenization.Decoding;

/// <summary>Reads the <c>decoder</c> of a tokenizer.json.</summary>
internal static class DecoderJson
{
    /// <summary>Reads the part.</summary>
    /// <param name="element">The part.</param>
    /// <param name="file">The file, for errors.</param>
    /// <param name="path">Where the part lies in the file, for errors.</param>
    /// <returns>The decoder, or <see langword="null"/> for null.</returns>
    /// <exception cref="ModelFileException">A field is missing or wrong.</exception>
    /// <exception cref="UnsupportedModelException">A kind or a pattern is not supported.</exception>
    public static ITokenTextDecoder? Read(JsonElement element, string file, string path = "$.decoder")
    {
        JsonPart part = new(file, path, element);
        return part.IsNull ? null : Read(part);
    }

    private static ITokenTextDecoder Read(JsonPart part) =>
        part.Kind switch
        {
            "Sequence" => new DecoderSequence([.. part["decoders"].Items().Select(Read)]),
            "ByteLevel" => new ByteLevelDecoder(),
            "ByteFallback" => new ByteFallbackDecoder(),
            "Fuse" => new FuseDecoder(),
            "Metaspace" => new MetaspaceDecoder(
                part["replacement"].AsCodePoint(),
                PreTokenizerJson.ReadScheme(part) != PrependScheme.Never
            ),
            "WordPiece" => new WordPieceDecoder(part["prefix"].AsString(), part["cleanup"].AsBoolean()),
            "BPEDecoder" => new SuffixDecoder(ReadMark(part["suffix"])),
            "CTC" => new ConnectionistDecoder(
                ReadMark(part["pad_token"]),
                ReadMark(part["word_delimiter_token"]),
                part["cleanup"].AsBoolean()
            ),
            "Replace" => new ReplaceDecoder(PatternJson.Read(part["pattern"]), part["content"].AsString()),
            "Strip" => new StripDecoder(
                part["content"].AsCodePoint(),
                part["start"].AsNumber(0, int.MaxValue),
                part["stop"].AsNumber(0, int.MaxValue)
            ),
            _ => throw part.UnknownKind("decoder"),
        };

    private static string ReadMark(JsonPart part) =>
        part.AsString() is { Length: > 0 } mark ? mark : throw part.Wrong("a string that is not empty");
}
