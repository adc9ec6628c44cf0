using System.Text.Json;

namespace LocalSlm.Tokenization.Json;

/// <summary>Reads added tokens, from tokenizer.json or tokenizer_config.json.</summary>
internal static class AddedTokenJson
{
    /// <summary>Reads the <c>added_tokens</c> of a tokenizer.json.</summary>
    /// <exception cref="ModelFileException">An entry is malformed.</exception>
    public static List<AddedToken> ReadList(JsonPart part) =>
        part.IsNull ? [] : [.. part.Items().Select(item => Read(item, ReadId(item["id"])))];

    /// <summary>Reads the <c>added_tokens_decoder</c> of a tokenizer_config.json: entries by id.</summary>
    /// <exception cref="ModelFileException">An entry is malformed.</exception>
    public static List<AddedToken> ReadMap(JsonPart part)
    {
        var tokens = new List<AddedToken>();
        if (part.IsNull)
        {
            return tokens;
        }

        if (part.Element.ValueKind != JsonValueKind.Object)
        {
            throw part.Wrong("an object");
        }

        foreach (var property in part.Element.EnumerateObject())
        {
            var item = part with { Path = $"{part.Path}['{property.Name}']", Element = property.Value };
            if (
                !int.TryParse(
                    property.Name,
                    System.Globalization.NumberStyles.None,
                    System.Globalization.CultureInfo.InvariantCulture,
                    out var id
                )
                || id > Utf8Vocabulary.HighestId
            )
            {
                throw item.Error($"'{item.Path}' has no id from 0 to {Utf8Vocabulary.HighestId} as its name.");
            }

            tokens.Add(Read(item, id));
        }

        return tokens;
    }

    private static int ReadId(JsonPart part) => part.AsNumber(0, Utf8Vocabulary.HighestId);

    private static AddedToken Read(JsonPart part, int id)
    {
        var isSpecial = part["special"].AsBoolean(false);
        return new AddedToken
        {
            Id = id,
            Content = part["content"].AsString(),
            IsSingleWord = part["single_word"].AsBoolean(false),
            StripsLeft = part["lstrip"].AsBoolean(false),
            StripsRight = part["rstrip"].AsBoolean(false),
            IsNormalized = part["normalized"].AsBoolean(!isSpecial),
            IsSpecial = isSpecial,
        };
    }
}
