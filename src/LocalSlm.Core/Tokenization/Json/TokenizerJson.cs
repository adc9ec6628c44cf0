using System.Text.Json;
using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization.Json;

/// <summary>Reads a tokenizer.json.</summary>
internal static class TokenizerJson
{
    /// <summary>Reads the file's content.</summary>
    /// <param name="utf8">The content.</param>
    /// <param name="file">The file's path, for errors.</param>
    /// <returns>The parts of the tokenizer; nothing is known of beginning and end of a sequence yet.</returns>
    /// <exception cref="ModelFileException">The file is malformed, or contradicts itself.</exception>
    /// <exception cref="UnsupportedModelException">It has a part that is not supported.</exception>
    public static TokenizerParts Read(ReadOnlySpan<byte> utf8, string file)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        var reader = new Utf8JsonReader(utf8);
        try
        {
            return Read(ref reader, file);
        }
        catch (JsonException error)
        {
            throw new ModelFileException(
                file,
                $"it is not the JSON that it should be: {error.Message}",
                reader.BytesConsumed,
                error
            );
        }
        catch (FormatException error)
        {
            throw new ModelFileException(file, error.Message, null, error);
        }
        catch (InvalidOperationException error)
        {
            // The reader's word for text that is not Unicode.
            throw new ModelFileException(file, error.Message, reader.BytesConsumed, error);
        }
        catch (NotSupportedException error)
        {
            throw new UnsupportedModelException(file, null, error.Message);
        }
    }

    private static TokenizerParts Read(ref Utf8JsonReader reader, string file)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("It must be a JSON object.");
        }

        ITokenModel? model = null;
        var parts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        while (JsonReading.NextProperty(ref reader, out var name))
        {
            if (name == "model")
            {
                model = ModelReading.Read(ref reader, file);
            }
            else
            {
                // Small, all of them; the vocabulary is what is large.
                parts[name] = JsonElement.ParseValue(ref reader);
            }
        }

        if (reader.TokenType != JsonTokenType.EndObject)
        {
            throw new FormatException("The file ends before its JSON does.");
        }

        if (reader.Read())
        {
            throw new FormatException("Something follows the JSON object.");
        }

        if (model is null)
        {
            throw new FormatException("'$.model' is missing.");
        }

        var added = AddedTokenJson.ReadList(Part("added_tokens"));
        return TokenizerAssembly.Assemble(
            file,
            model,
            AddedTokenIds.Settle(file, added, model),
            Part("normalizer").Element,
            Part("pre_tokenizer").Element,
            Part("post_processor").Element,
            Part("decoder").Element
        ) with
        {
            TruncationTokens = ReadTruncation(Part("truncation")),
        };

        JsonPart Part(string name) => new(file, "$." + name, parts.GetValueOrDefault(name));
    }

    private static int? ReadTruncation(JsonPart part) =>
        part.IsNull ? null : part["max_length"].AsNumber(0, int.MaxValue);
}
