using LocalSlm.Onnx.Format;
using LocalSlm.Tokenization;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Loads the tokenizer of a model's folder.</summary>
internal static class OnnxTokenizer
{
    /// <summary>Loads it.</summary>
    /// <exception cref="ModelFileException">A file is missing or damaged.</exception>
    /// <exception cref="UnsupportedModelException">It has a part that is not supported.</exception>
    public static ITokenizer Load(OnnxModelFiles files) =>
        TokenizerFolder.Load(
            files.TokenizerFolder,
            new TokenizerOptions { EndOfGenerationTokens = files.EndTokens, LogitCount = files.Facts.VocabularySize }
        );
}
