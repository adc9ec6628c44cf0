using LocalSlm.Tokenization.Gguf;

namespace LocalSlm.Tokenization.SentencePiece;

/// <summary>Turns a tokenizer.model into what the builder of GGUF vocabularies takes: that format keeps the same facts.</summary>
internal static class SentencePieceTokenizer
{
    /// <summary>Reads a tokenizer.model.</summary>
    /// <param name="content">The file's content.</param>
    /// <param name="path">The file's path, for errors.</param>
    /// <param name="config">What tokenizer_config.json tells.</param>
    /// <exception cref="ModelFileException">It is malformed.</exception>
    /// <exception cref="UnsupportedModelException">It is of a kind that is not supported.</exception>
    public static GgufVocabularyData Read(ReadOnlySpan<byte> content, string path, TokenizerConfig config)
    {
        SentencePieceFile file;
        try
        {
            file = SentencePieceFile.Read(content);
        }
        catch (FormatException error)
        {
            throw new ModelFileException(path, error.Message, null, error);
        }

        if (file.ModelType is not (SentencePieceFile.Unigram or SentencePieceFile.BytePair))
        {
            throw new UnsupportedModelException(
                path,
                null,
                $"the SentencePiece model is of type {file.ModelType}; 1 (unigram) and 2 (BPE) are supported."
            );
        }

        if (file.HasSpaceAsSuffix)
        {
            throw new UnsupportedModelException(
                path,
                null,
                "the SentencePiece model puts spaces at the ends of words (treat_whitespace_as_suffix), which is not supported."
            );
        }

        if (file.ModelType == SentencePieceFile.BytePair && file.CharactersMap.Length > 0 && file.RemovesExtraSpaces)
        {
            throw new UnsupportedModelException(
                path,
                null,
                "the SentencePiece model of type BPE changes characters before it encodes them, which is supported for unigram models only. Convert it to a tokenizer.json."
            );
        }

        var bos = Find("<s>") ?? FindNamed(config.BosName);
        var eos = Find("</s>") ?? FindNamed(config.EosName);
        return new GgufVocabularyData
        {
            File = path,
            Model = file.ModelType == SentencePieceFile.Unigram ? "t5" : "llama",
            Tokens = [.. file.Pieces.Select(piece => piece.Text)],
            Scores = [.. file.Pieces.Select(piece => piece.Score)],
            TokenTypes = [.. file.Pieces.Select(piece => piece.Type)],
            BosToken = FindNamed(config.BosName) ?? bos,
            EosToken = FindNamed(config.EosName) ?? eos,
            UnknownToken = file.Pieces.FindIndex(piece => piece.Type == SentencePieceFile.Unknown)
                is >= 0
                    and var unknown
                ? unknown
                : null,
            AddsBos = (config.AddsBos ?? file.ModelType == SentencePieceFile.BytePair) && bos is not null,
            AddsEos = (config.AddsEos ?? file.ModelType == SentencePieceFile.Unigram) && eos is not null,
            AddsSpacePrefix = file.AddsSpace,
            RemovesExtraSpaces = file.RemovesExtraSpaces,
            PrecompiledCharactersMap = file.CharactersMap,
        };

        int? Find(string name) =>
            file.Pieces.FindIndex(piece => piece.Type == SentencePieceFile.Control && piece.Text == name)
                is >= 0
                    and var id
                ? id
                : null;

        int? FindNamed(string? name) =>
            name is not null && file.Pieces.FindIndex(piece => piece.Text == name) is >= 0 and var id ? id : null;
    }
}
