namespace LocalSlm.Tokenization;

/// <summary>The parts, as tokenizer.json would have them, of vocabularies that SentencePiece made.</summary>
internal static class SentencePieceParts
{
    private const string Spaces = """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""";

    /// <summary>Gets the normaliser of a vocabulary with merges.</summary>
    /// <param name="addsSpace">Whether text gets a space before it.</param>
    public static string Normalizer(bool addsSpace) =>
        addsSpace ? $$"""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{{Spaces}}]}""" : Spaces;

    /// <summary>Gets the decoder of a vocabulary with merges.</summary>
    /// <param name="addsSpace">Whether text got a space before it.</param>
    public static string Decoder(bool addsSpace) =>
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}"""
        + (addsSpace ? """,{"type":"Strip","content":" ","start":1,"stop":0}]}""" : "]}");

    /// <summary>Gets the normaliser of a Unigram vocabulary.</summary>
    /// <param name="rules">The rules that the vocabulary brings; empty for none.</param>
    public static string UnigramNormalizer(ReadOnlySpan<byte> rules) =>
        rules.IsEmpty
            ? "null"
            : $$"""{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(rules)}}"}""";

    /// <summary>Gets the pre-tokenizer of a Unigram vocabulary.</summary>
    /// <param name="addsSpace">Whether text gets a space before it.</param>
    /// <param name="removesExtraSpaces">Whether several spaces count as one.</param>
    public static string UnigramSplit(bool addsSpace, bool removesExtraSpaces)
    {
        var metaspace = Metaspace(addsSpace || removesExtraSpaces);
        return removesExtraSpaces
            ? $$"""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{{metaspace}}]}"""
            : metaspace;
    }

    /// <summary>Gets the decoder of a Unigram vocabulary.</summary>
    /// <param name="addsSpace">Whether text got a space before it.</param>
    public static string UnigramDecoder(bool addsSpace) => Metaspace(addsSpace);

    private static string Metaspace(bool addsSpace) =>
        $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{(addsSpace ? "always" : "never")}}","split":true}""";
}
