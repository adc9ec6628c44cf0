using System.Text.Json;
using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization.Json;

/// <summary>Reads the older form of a byte-level vocabulary: vocab.json and merges.txt, as GPT-2 came.</summary>
internal static class VocabularyAndMerges
{
    /// <summary>Reads the two files' contents.</summary>
    /// <param name="vocabulary">The content of vocab.json.</param>
    /// <param name="vocabularyFile">Its path.</param>
    /// <param name="merges">The content of merges.txt.</param>
    /// <param name="mergesFile">Its path.</param>
    /// <param name="addsPrefixSpace">Whether text gets a space before it.</param>
    /// <returns>The parts of the tokenizer.</returns>
    /// <exception cref="ModelFileException">A file is malformed.</exception>
    public static TokenizerParts Read(
        ReadOnlySpan<byte> vocabulary,
        string vocabularyFile,
        ReadOnlySpan<byte> merges,
        string mergesFile,
        bool addsPrefixSpace
    )
    {
        var entries = ReadVocabulary(vocabulary, vocabularyFile);
        var table = ReadMerges(merges, mergesFile, entries);
        var space = addsPrefixSpace ? "true" : "false";
        var split = Parse(
            $$"""{"type":"ByteLevel","add_prefix_space":{{space}},"trim_offsets":true,"use_regex":true}"""
        );
        return TokenizerAssembly.Assemble(
            vocabularyFile,
            new BpeModel(entries, table, new BpeOptions()),
            [],
            default,
            split,
            default,
            split
        );
    }

    private static Utf8Vocabulary ReadVocabulary(ReadOnlySpan<byte> content, string file)
    {
        var reader = new Utf8JsonReader(content);
        try
        {
            if (!reader.Read())
            {
                throw new FormatException("It is empty.");
            }

            return BpeJson.ReadVocabulary(ref reader);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            throw new ModelFileException(file, error.Message, reader.BytesConsumed, error);
        }
    }

    private static MergeTable ReadMerges(ReadOnlySpan<byte> content, string file, Utf8Vocabulary entries)
    {
        var builder = new MergeTableBuilder(entries, string.Empty);
        try
        {
            while (!content.IsEmpty)
            {
                var end = content.IndexOf((byte)'\n');
                var line = end < 0 ? content : content[..end];
                content = end < 0 ? [] : content[(end + 1)..];
                line = line.TrimEnd((byte)'\r');
                if (!line.IsEmpty && !line.StartsWith("#version"u8))
                {
                    builder.AddLine(line);
                }
            }
        }
        catch (FormatException error)
        {
            throw new ModelFileException(file, error.Message, null, error);
        }

        return builder.Build();
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
