using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Turns arguments and results of tool calls, which may be objects of any kind, into JSON and text.</summary>
internal static class ToolValues
{
    /// <summary>Gets what a model is told where a call failed and its message gives no result. Details of an error may be secret: the
    /// words are those of Microsoft.Extensions.AI's middleware.</summary>
    public const string FailedResult = "Error: Function failed.";

    // The text is read by a model, not put into a page.
    private static readonly JsonWriterOptions s_layout = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Gets the arguments of a call as an object.</summary>
    /// <param name="call">The call.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <returns>An object; empty for a call without arguments.</returns>
    /// <exception cref="ArgumentException">A value is not valid Unicode.</exception>
    /// <exception cref="NotSupportedException">A value cannot be written as JSON.</exception>
    public static JsonElement ArgumentsOf(FunctionCallContent call, string place)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_layout))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
            {
                TextGuard.ThrowIfNotUnicode(name, place);
                writer.WritePropertyName(name);
                Write(writer, value, $"{place}: argument '{name}'");
            }

            writer.WriteEndObject();
        }

        return Parse(buffer.WrittenSpan);
    }

    /// <summary>Gets the text of a result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <returns>Text as it is; anything else as compact JSON.</returns>
    /// <exception cref="ArgumentException">It is not valid Unicode.</exception>
    /// <exception cref="NotSupportedException">It cannot be written as JSON, or holds contents other than text.</exception>
    public static string TextOf(FunctionResultContent result, string place)
    {
        var text = result.Result switch
        {
            null => result.Exception is null ? "null" : FailedResult,
            string value => value,
            JsonElement { ValueKind: JsonValueKind.String } json => StringOf(json, place),
            JsonElement json when ContentsOf(json) is { } contents => TextOf(contents, place),
            AIContent content => TextOf(content, place),
            IEnumerable<AIContent> contents => TextOf(contents, place),
            var value => JsonText(value, place),
        };
        TextGuard.ThrowIfNotUnicode(text, place);
        return text;
    }

    /// <summary>Writes a value as compact JSON.</summary>
    public static string JsonText(object? value, string place)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_layout))
        {
            Write(writer, value, place);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, object? value, string place)
    {
        try
        {
            switch (value)
            {
                case null:
                case JsonElement { ValueKind: JsonValueKind.Undefined }:
                    writer.WriteNullValue();
                    break;
                case string text:
                    TextGuard.ThrowIfNotUnicode(text, place);
                    writer.WriteStringValue(text);
                    break;
                case JsonElement json:
                    json.WriteTo(writer);
                    break;
                default:
                    // Through an element, since the options of Microsoft.Extensions.AI indent.
                    var type = AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType());
                    JsonSerializer.SerializeToElement(value, type).WriteTo(writer);
                    break;
            }
        }
        catch (Exception error) when (error is InvalidOperationException or JsonException)
        {
            throw new ArgumentException($"{place} cannot be written as JSON: {error.Message}", error);
        }
    }

    /// <summary>Reads contents that went through JSON, as a history that was stored does; <see langword="null"/> if these are none.</summary>
    private static AIContent[]? ContentsOf(JsonElement json)
    {
        JsonElement[] items = json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : [json];
        if (
            items.Length == 0
            || !Array.TrueForAll(
                items,
                static item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("$type", out _)
            )
        )
        {
            return null;
        }

        try
        {
            var type = AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(AIContent));
            var contents = items.Select(item => item.Deserialize(type)).OfType<AIContent>().ToArray();
            return
                contents.Length == items.Length
                && Array.TrueForAll(contents, static c => c.GetType() != typeof(AIContent))
                ? contents
                : null;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            // A program's own use of the name.
            return null;
        }
    }

    private static string TextOf(IEnumerable<AIContent> contents, string place) =>
        string.Concat(contents.Select(content => TextOf(content, place)));

    private static string TextOf(AIContent content, string place) =>
        content is TextContent text
            ? text.Text
            : throw new NotSupportedException(
                $"{place} is a result with {content?.GetType().Name ?? "null"}. Results are text or JSON; images, audio and files are "
                    + "not supported."
            );

    private static string StringOf(JsonElement json, string place)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new ArgumentException($"{place} is not valid Unicode: {error.Message}", error);
        }
    }

    private static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        return JsonElement.ParseValue(ref reader);
    }
}
