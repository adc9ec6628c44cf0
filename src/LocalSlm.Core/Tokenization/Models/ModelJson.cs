using System.Text.Json;

namespace LocalSlm.Tokenization.Models;

/// <summary>Reads the <c>model</c> of a tokenizer.json of the kinds Unigram, WordPiece and WordLevel.</summary>
internal static class ModelJson
{
    private const int HighestId = 4_000_000;

    /// <summary>Reads the part.</summary>
    /// <param name="element">The part.</param>
    /// <param name="file">The file, for errors.</param>
    /// <param name="path">Where the part lies in the file, for errors.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">A field is missing or wrong.</exception>
    /// <exception cref="UnsupportedModelException">The kind is unknown.</exception>
    public static ITokenModel Read(JsonElement element, string file, string path = "$.model")
    {
        JsonPart part = new(file, path, element);
        return FindKind(part) switch
        {
            "Unigram" => ReadUnigram(part),
            "WordPiece" => new WordPieceModel(
                ReadVocabulary(part),
                part["unk_token"].AsString(),
                part["continuing_subword_prefix"].AsString(),
                part["max_input_chars_per_word"].AsNumber(0, int.MaxValue)
            ),
            "WordLevel" => new WordLevelModel(ReadVocabulary(part), part["unk_token"].AsString()),
            _ => throw part.UnknownKind("model"),
        };
    }

    /// <summary>Old files name no kind: it is told from the fields that each has alone.</summary>
    private static string FindKind(JsonPart part)
    {
        if (!part["type"].IsNull)
        {
            return part.Kind;
        }

        return part["vocab"].Element.ValueKind == JsonValueKind.Array ? "Unigram"
            : part["continuing_subword_prefix"].IsNull ? "WordLevel"
            : "WordPiece";
    }

    private static UnigramModel ReadUnigram(JsonPart part)
    {
        var vocabulary = part["vocab"];
        if (vocabulary.Element.ValueKind != JsonValueKind.Array)
        {
            throw vocabulary.Wrong("an array");
        }

        var count = vocabulary.Element.GetArrayLength();
        if (count is 0 or > HighestId)
        {
            throw vocabulary.Error($"'{vocabulary.Path}' has {count} entries; it must have 1 to {HighestId}.");
        }

        List<(string Name, double Score)> entries = new(count);
        foreach (var entry in vocabulary.Element.EnumerateArray())
        {
            if (
                entry.ValueKind != JsonValueKind.Array
                || entry.GetArrayLength() != 2
                || entry[0].ValueKind != JsonValueKind.String
                || entry[1].ValueKind != JsonValueKind.Number
                || !entry[1].TryGetDouble(out var score)
                || !double.IsFinite(score)
            )
            {
                throw (vocabulary with { Path = $"{vocabulary.Path}[{entries.Count}]", Element = entry }).Wrong(
                    "an entry and its score"
                );
            }

            entries.Add((ReadName(vocabulary, entry[0]), score));
        }

        var fallback = part["byte_fallback"];
        return new UnigramModel(
            entries,
            part["unk_id"].AsNumber(0, count - 1),
            !fallback.IsNull && fallback.AsBoolean()
        );
    }

    private static string ReadName(JsonPart part, JsonElement name)
    {
        try
        {
            return name.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw part.Error($"'{part.Path}' has an entry with half of a surrogate pair.");
        }
    }

    private static WordVocabulary ReadVocabulary(JsonPart model)
    {
        var part = model["vocab"];
        if (part.Element.ValueKind != JsonValueKind.Object)
        {
            throw part.Wrong("an object");
        }

        List<KeyValuePair<string, int>> entries = [];
        foreach (var entry in part.Element.EnumerateObject())
        {
            string name;
            try
            {
                name = entry.Name;
            }
            catch (InvalidOperationException)
            {
                throw part.Error($"'{part.Path}' has an entry with half of a surrogate pair.");
            }

            entries.Add(
                new KeyValuePair<string, int>(
                    name,
                    (part with { Path = $"{part.Path}['{name}']", Element = entry.Value }).AsNumber(0, HighestId)
                )
            );
        }

        try
        {
            WordVocabulary vocabulary = new(entries);
            var unknown = model["unk_token"];
            return vocabulary.TryGetId(unknown.AsString(), out _)
                ? vocabulary
                : throw unknown.Error($"'{unknown.Path}' is '{unknown.AsString()}', which '{part.Path}' lacks.");
        }
        catch (ArgumentException e)
        {
            throw part.Error($"'{part.Path}' contradicts itself: {e.Message}");
        }
    }
}
