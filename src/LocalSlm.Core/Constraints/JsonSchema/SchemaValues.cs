using System.Text.Json;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Reads keywords' values, and refuses what they may not be.</summary>
internal static class SchemaValues
{
    public static UnsupportedSchemaException Malformed(string path, string? keyword, string problem) =>
        new(path, keyword, problem);

    public static string Text(JsonElement value, string path, string keyword)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Malformed(path, keyword, $"it is {Describe(value)}, but must be a string. Correct the schema.");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new UnsupportedSchemaException(
                path,
                keyword,
                "it holds a surrogate without its partner, which no UTF-8 text can hold. Take it out.",
                e
            );
        }
    }

    public static ExactNumber Number(JsonElement value, string path, string keyword)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw Malformed(path, keyword, $"it is {Describe(value)}, but must be a number. Correct the schema.");
        }

        try
        {
            return ExactNumber.Parse(value.GetRawText());
        }
        catch (GrammarException e)
        {
            throw new UnsupportedSchemaException(path, keyword, $"{e.Message} Use a smaller one, or leave it out.", e);
        }
    }

    /// <summary>Reads a count: a whole number from 0. What is beyond any text's length becomes <see cref="int.MaxValue"/>.</summary>
    public static int Count(JsonElement value, string path, string keyword)
    {
        var number = Number(value, path, keyword);
        if (!number.IsInteger || number.IsNegative)
        {
            throw Malformed(
                path,
                keyword,
                $"{number} is no count: it must be a whole number from 0. Correct the schema."
            );
        }

        return number.CompareTo(ExactNumber.Of(int.MaxValue)) >= 0
            ? int.MaxValue
            : int.Parse(number.IntegerDigits, System.Globalization.CultureInfo.InvariantCulture);
    }

    public static bool Boolean(JsonElement value, string path, string keyword) =>
        value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Malformed(
                path,
                keyword,
                $"it is {Describe(value)}, but must be true or false. Correct the schema."
            ),
        };

    public static IReadOnlyList<string> Texts(JsonElement value, string path, string keyword)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Malformed(
                path,
                keyword,
                $"it is {Describe(value)}, but must be a list of strings. Correct the schema."
            );
        }

        return [.. value.EnumerateArray().Select(item => Text(item, path, keyword))];
    }

    public static JsonElement Object(JsonElement value, string path, string keyword) =>
        value.ValueKind == JsonValueKind.Object
            ? value
            : throw Malformed(path, keyword, $"it is {Describe(value)}, but must be an object. Correct the schema.");

    public static string Describe(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a string",
            JsonValueKind.Number => $"the number {(value.GetRawText() is { Length: <= 20 } text ? text : "…")}",
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Null => "null",
            _ => "undefined",
        };
}
