using System.Text.Json;

namespace LocalSlm.Tokenization.Json;

/// <summary>Reading of JSON token by token.</summary>
internal static class JsonReading
{
    /// <summary>Goes to the value of an object's next property.</summary>
    /// <param name="reader">A reader at the object's start, or at the end of the last value.</param>
    /// <param name="name">The property.</param>
    /// <returns><see langword="false"/> at the object's end.</returns>
    public static bool NextProperty(ref Utf8JsonReader reader, out string name)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndObject)
        {
            name = string.Empty;
            return false;
        }

        name = reader.GetString()!;
        reader.Read();
        return true;
    }

    /// <summary>Gets a string or a property's name in UTF-8.</summary>
    /// <param name="reader">A reader at the value.</param>
    /// <param name="buffer">Used where the value has escapes; replaced by a larger one where needed.</param>
    /// <returns>The bytes, in the file or in the buffer.</returns>
    /// <exception cref="FormatException">It is no string, or not Unicode.</exception>
    public static ReadOnlySpan<byte> GetUtf8(ref Utf8JsonReader reader, ref byte[] buffer)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            throw new FormatException(
                $"A {reader.TokenType} stands where a string is wanted (byte {reader.TokenStartIndex})."
            );
        }

        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        if (buffer.Length < reader.ValueSpan.Length)
        {
            buffer = new byte[reader.ValueSpan.Length];
        }

        return buffer.AsSpan(0, reader.CopyString(buffer));
    }

    /// <summary>Gets a string.</summary>
    /// <returns>The string, or <see langword="null"/> for null.</returns>
    public static string? GetString(ref Utf8JsonReader reader, string path) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => reader.GetString(),
            _ => throw new FormatException($"'{path}' must be a string."),
        };

    /// <summary>Gets a truth value; null is false.</summary>
    public static bool GetBoolean(ref Utf8JsonReader reader, string path) =>
        reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False or JsonTokenType.Null => false,
            _ => throw new FormatException($"'{path}' must be true or false."),
        };
}
