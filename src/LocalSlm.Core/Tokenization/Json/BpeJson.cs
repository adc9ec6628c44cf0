using System.Text.Json;
using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization.Json;

/// <summary>Reads the <c>model</c> of a tokenizer.json of the kind BPE, entry by entry: vocabularies are too large for a tree of
/// objects.</summary>
internal static class BpeJson
{
    /// <summary>Reads the model.</summary>
    /// <param name="reader">A reader at the start of the model's object; afterwards at its end.</param>
    /// <param name="file">The file, for errors.</param>
    /// <returns>The model.</returns>
    /// <exception cref="FormatException">It contradicts itself.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static BpeModel Read(ref Utf8JsonReader reader, string file)
    {
        var options = new BpeOptions();
        Utf8Vocabulary? vocabulary = null;
        Utf8JsonReader merges = default;
        var hasMerges = false;
        while (JsonReading.NextProperty(ref reader, out var name))
        {
            switch (name)
            {
                case "vocab":
                    vocabulary = ReadVocabulary(ref reader);
                    break;
                case "merges":
                    // They need the vocabulary, which may come later.
                    merges = reader;
                    hasMerges = true;
                    reader.Skip();
                    break;
                case "dropout":
                    if (reader.TokenType == JsonTokenType.Number && reader.GetDouble() > 0)
                    {
                        throw new UnsupportedModelException(
                            file,
                            null,
                            "'$.model.dropout' is above 0, which makes tokens random. Set it to null."
                        );
                    }

                    break;
                case "unk_token":
                    options = options with { UnknownToken = JsonReading.GetString(ref reader, "$.model.unk_token") };
                    break;
                case "continuing_subword_prefix":
                    options = options with
                    {
                        ContinuingPrefix =
                            JsonReading.GetString(ref reader, "$.model.continuing_subword_prefix") ?? string.Empty,
                    };
                    break;
                case "end_of_word_suffix":
                    options = options with
                    {
                        EndOfWordSuffix =
                            JsonReading.GetString(ref reader, "$.model.end_of_word_suffix") ?? string.Empty,
                    };
                    break;
                case "fuse_unk":
                    options = options with { FusesUnknown = JsonReading.GetBoolean(ref reader, "$.model.fuse_unk") };
                    break;
                case "byte_fallback":
                    options = options with
                    {
                        FallsBackToBytes = JsonReading.GetBoolean(ref reader, "$.model.byte_fallback"),
                    };
                    break;
                case "ignore_merges":
                    options = options with
                    {
                        IgnoresMerges = JsonReading.GetBoolean(ref reader, "$.model.ignore_merges"),
                    };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (vocabulary is null)
        {
            throw new FormatException("'$.model.vocab' is missing.");
        }

        var table = hasMerges
            ? ReadMerges(merges, vocabulary, options.ContinuingPrefix)
            : throw new FormatException("'$.model.merges' is missing.");
        return new BpeModel(vocabulary, table, options);
    }

    /// <summary>Reads an object of entries and ids.</summary>
    public static Utf8Vocabulary ReadVocabulary(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("'$.model.vocab' must be an object of entries and ids.");
        }

        var vocabulary = new Utf8Vocabulary();
        var buffer = new byte[256];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = JsonReading.GetUtf8(ref reader, ref buffer);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var id))
            {
                throw new FormatException(
                    $"The id of the entry '{System.Text.Encoding.UTF8.GetString(name)}' in '$.model.vocab' is no whole number."
                );
            }

            vocabulary.Add(name, id);
        }

        return vocabulary;
    }

    private static MergeTable ReadMerges(Utf8JsonReader reader, Utf8Vocabulary vocabulary, string prefix)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new FormatException("'$.model.merges' must be an array.");
        }

        var builder = new MergeTableBuilder(vocabulary, prefix);
        var left = new byte[256];
        var right = new byte[256];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                builder.AddLine(JsonReading.GetUtf8(ref reader, ref left));
                continue;
            }

            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw NoPair(builder.Count);
            }

            // A span of the first stays valid: what has no escapes lies in the file, the rest in a buffer of its own.
            reader.Read();
            var first = Half(ref reader, ref left, builder.Count);
            reader.Read();
            var second = Half(ref reader, ref right, builder.Count);
            reader.Read();
            if (reader.TokenType != JsonTokenType.EndArray)
            {
                throw NoPair(builder.Count);
            }

            builder.Add(first, second);
        }

        return builder.Build();
    }

    private static ReadOnlySpan<byte> Half(ref Utf8JsonReader reader, ref byte[] buffer, int index) =>
        reader.TokenType == JsonTokenType.String ? JsonReading.GetUtf8(ref reader, ref buffer) : throw NoPair(index);

    private static FormatException NoPair(int index) =>
        new($"'$.model.merges[{index}]' must be a string or an array of two strings.");
}
