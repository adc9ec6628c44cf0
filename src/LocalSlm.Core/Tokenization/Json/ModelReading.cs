using System.Text.Json;
using LocalSlm.Tokenization.Models;

namespace LocalSlm.Tokenization.Json;

/// <summary>Reads the <c>model</c> of a tokenizer.json.</summary>
internal static class ModelReading
{
    /// <summary>Reads the model.</summary>
    /// <param name="reader">A reader at the start of the model's object; afterwards at its end.</param>
    /// <param name="file">The file, for errors.</param>
    /// <returns>The model.</returns>
    public static ITokenModel Read(ref Utf8JsonReader reader, string file)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("'$.model' must be an object.");
        }

        return FindKind(reader) == "BPE"
            ? BpeJson.Read(ref reader, file)
            : ModelJson.Read(JsonElement.ParseValue(ref reader), file);
    }

    /// <summary>Looks ahead for the model's kind; old files name none, and have merges only if it is BPE.</summary>
    private static string? FindKind(Utf8JsonReader reader)
    {
        var hasMerges = false;
        while (JsonReading.NextProperty(ref reader, out var name))
        {
            if (name == "type")
            {
                return JsonReading.GetString(ref reader, "$.model.type");
            }

            hasMerges |= name == "merges";
            reader.Skip();
        }

        return hasMerges ? "BPE" : null;
    }
}
