using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Writes and checks pieces of JSON text.</summary>
internal static class JsonValues
{
    /// <summary>How deep arguments may nest: what <see cref="JsonDocument"/> reads by default, so that whoever gets the arguments can
    /// read them.</summary>
    public const int MaxDepth = 64;

    /// <summary>Appends a text as a JSON string; a lone surrogate becomes U+FFFD.</summary>
    public static void AppendString(StringBuilder json, string text) => json.Append(PlainJson.Quote(text));

    /// <summary>Lists the members of a JSON object; none if the text is another value.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static IReadOnlyList<JsonProperty> Members(string json) =>
        JsonElement.Parse(json) is { ValueKind: JsonValueKind.Object } value ? [.. value.EnumerateObject()] : [];

    /// <summary>Tells what kind of JSON value a text is.</summary>
    /// <param name="text">The text; white space around the value is allowed.</param>
    /// <returns>Its kind; <see cref="JsonKinds.None"/> if it is not exactly one JSON value.</returns>
    public static JsonKinds KindOf(ReadOnlySpan<char> text)
    {
        text = text.Trim(" \t\r\n");
        if (text.IsEmpty || !MayBegin(text[0]))
        {
            return JsonKinds.None;
        }

        var utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        _ = Encoding.UTF8.GetBytes(text, utf8);
        var reader = new Utf8JsonReader(utf8);
        try
        {
            _ = reader.Read();
            var kind = Kind(ref reader);
            reader.Skip();
            return reader.Read() ? JsonKinds.None : kind;
        }
        catch (JsonException)
        {
            return JsonKinds.None;
        }
    }

    // Most values that are no JSON are words; an exception for each would be dear.
    private static bool MayBegin(char first) =>
        first is '{' or '[' or '"' or '-' or 't' or 'f' or 'n' or (>= '0' and <= '9');

    private static JsonKinds Kind(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.StartObject => JsonKinds.Object,
            JsonTokenType.StartArray => JsonKinds.Array,
            JsonTokenType.String => JsonKinds.String,
            JsonTokenType.True or JsonTokenType.False => JsonKinds.Boolean,
            JsonTokenType.Null => JsonKinds.Null,
            JsonTokenType.Number => IsInteger(ref reader) ? JsonKinds.Integer : JsonKinds.Fraction,
            _ => JsonKinds.None,
        };

    // JSON Schema counts 3.0 as an integer; so does this, up to the range that a decimal tells exactly.
    private static bool IsInteger(ref Utf8JsonReader reader) =>
        reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0
        || (reader.TryGetDecimal(out var value) && decimal.Truncate(value) == value);
}
