using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Reads calls out of JSON. It takes every order and the common names of the members, arguments that are a JSON text within
/// a string, and what <see cref="JsonRepair"/> mends.</summary>
internal static class ToolCallJson
{
    private const string CutOff = "The reply ended within the call.";

    private static readonly string[] NameKeys = ["name", "tool_name", "function"];
    private static readonly string[] ArgumentsKeys = ["arguments", "parameters", "args"];
    private static readonly string[] IdKeys = ["id", "tool_call_id", "call_id"];
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 256 };

    /// <summary>Tells whether a member with this key names the tool.</summary>
    public static bool IsNameKey(string key) => NameKeys.Contains(key, StringComparer.Ordinal);

    /// <summary>Tells whether a call may have a member with this key.</summary>
    public static bool IsCallKey(string key) =>
        key is "type" or "tool_calls" || IsNameKey(key) || ArgumentsKeys.Contains(key) || IdKeys.Contains(key);

    /// <summary>Reads what the model wrote as a call, or as several.</summary>
    /// <param name="text">A JSON value, complete.</param>
    /// <returns>The calls; one with a problem where there is none to be read.</returns>
    public static List<ParsedToolCall> Read(string text)
    {
        using var json = Parse(text);
        if (json is null)
        {
            return [Unread(text, "The call is not JSON.")];
        }

        var calls = new List<ParsedToolCall>();
        Read(json.RootElement, text, calls);
        return calls;
    }

    /// <summary>Makes the call of a text that is none.</summary>
    public static ParsedToolCall Unread(string text, string problem)
    {
        var (id, name, arguments) = ReadBeginning(text);
        return new ParsedToolCall(id, name ?? "", arguments ?? (name is null ? text : ""), problem);
    }

    /// <summary>Makes the call of JSON that was cut off: what is there of it.</summary>
    /// <param name="text">The JSON as far as it goes.</param>
    public static ParsedToolCall ReadCutOff(string text) => Unread(text, CutOff);

    /// <summary>Makes the call of arguments that were cut off.</summary>
    /// <param name="id">The call's id.</param>
    /// <param name="name">The tool's name.</param>
    /// <param name="text">The arguments as far as they go.</param>
    public static ParsedToolCall CutOffArguments(string? id, string name, string text) => new(id, name, text, CutOff);

    /// <summary>Makes arguments of what the model wrote for them.</summary>
    /// <param name="id">The call's id.</param>
    /// <param name="name">The tool's name.</param>
    /// <param name="text">The JSON text, complete.</param>
    public static ParsedToolCall ReadArguments(string? id, string name, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new ParsedToolCall(id, name, "{}");
        }

        using var json = Parse(text);
        return json is null
            ? new ParsedToolCall(id, name, text, "The arguments are not JSON.")
            : WithArguments(id, name, json.RootElement);
    }

    private static JsonDocument? Parse(string text)
    {
        if (TryParse(text) is { } json)
        {
            return json;
        }

        return JsonRepair.TryMend(text) is { } mended ? TryParse(mended) : null;
    }

    private static JsonDocument? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Depth);
        }
        catch (JsonException)
        {
            return null;
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair: no text that UTF-8 could hold.
            return null;
        }
    }

    private static void Read(JsonElement value, string text, List<ParsedToolCall> output)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                Read(item, item.GetRawText(), output);
            }
        }
        else if (value.ValueKind != JsonValueKind.Object)
        {
            output.Add(new ParsedToolCall(null, "", text, "The call is not a JSON object."));
        }
        else if (value.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            Read(calls, text, output);
        }
        else
        {
            output.Add(ReadObject(value, text));
        }
    }

    private static ParsedToolCall ReadObject(JsonElement call, string text)
    {
        string? id = ReadId(call);
        if (call.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object)
        {
            call = function;
            id ??= ReadId(call);
        }

        string? name = null;
        foreach (string key in NameKeys)
        {
            if (call.TryGetProperty(key, out var named) && named.ValueKind == JsonValueKind.String)
            {
                name = named.GetString();
                break;
            }
        }

        if (string.IsNullOrEmpty(name))
        {
            return new ParsedToolCall(id, "", text, "The call names no tool.");
        }

        foreach (string key in ArgumentsKeys)
        {
            if (call.TryGetProperty(key, out var arguments))
            {
                return WithArguments(id, name, arguments);
            }
        }

        return call.EnumerateObject().All(static member => IsCallKey(member.Name))
            ? new ParsedToolCall(id, name, "{}")
            : new ParsedToolCall(id, name, text, "The call has no member \"arguments\".");
    }

    private static ParsedToolCall WithArguments(string? id, string name, JsonElement arguments)
    {
        switch (arguments.ValueKind)
        {
            case JsonValueKind.Object:
                return new ParsedToolCall(id, name, arguments.GetRawText());
            case JsonValueKind.Null:
                return new ParsedToolCall(id, name, "{}");
            case JsonValueKind.String:
                string text = arguments.GetString()!;
                using (var inner = string.IsNullOrWhiteSpace(text) ? TryParse("{}") : Parse(text))
                {
                    return inner?.RootElement.ValueKind == JsonValueKind.Object
                        ? new ParsedToolCall(id, name, inner.RootElement.GetRawText())
                        : new ParsedToolCall(id, name, text, "The arguments are not a JSON object.");
                }
            default:
                return new ParsedToolCall(id, name, arguments.GetRawText(), "The arguments are not a JSON object.");
        }
    }

    private static string? ReadId(JsonElement call)
    {
        foreach (string key in IdKeys)
        {
            if (call.TryGetProperty(key, out var id))
            {
                return id.ValueKind switch
                {
                    JsonValueKind.String => id.GetString(),
                    JsonValueKind.Number => id.GetRawText(),
                    _ => null,
                };
            }
        }

        return null;
    }

    /// <summary>Reads the outermost members of JSON that breaks off or breaks down somewhere.</summary>
    private static (string? Id, string? Name, string? Arguments) ReadBeginning(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(
            bytes,
            isFinalBlock: false,
            new JsonReaderState(new JsonReaderOptions { MaxDepth = 256 })
        );
        string? id = null;
        string? name = null;
        string? key = null;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    key = reader.GetString();
                }
                else if (key is not null && reader.TokenType == JsonTokenType.String && reader.CurrentDepth == 1)
                {
                    name ??= IsNameKey(key) ? reader.GetString() : null;
                    id ??= IdKeys.Contains(key) ? reader.GetString() : null;
                    key = null;
                }
                else if (key is not null && ArgumentsKeys.Contains(key))
                {
                    return (id, name, Encoding.UTF8.GetString(bytes.AsSpan((int)reader.TokenStartIndex)));
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // What was read before it broke down is all there is.
        }

        return (id, name, null);
    }
}
