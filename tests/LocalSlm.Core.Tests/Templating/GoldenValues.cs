using System.Numerics;
using System.Text.Json;
using LocalSlm.Templating;

namespace LocalSlm.Tests.Templating;

/// <summary>Turns the JSON of golden cases into what a caller passes to a template.</summary>
internal static class GoldenValues
{
    /// <summary>Converts with plain strings: trusted text.</summary>
    public static object? Plain(JsonElement json) => Convert(json, static (_, text) => text);

    /// <summary>Converts messages, tools and documents as a chat client does: all strings are the caller's, but for roles and types.</summary>
    public static object? FromCaller(JsonElement json) =>
        Convert(json, static (key, text) => key is "role" or "type" ? text : new CallerText(text));

    /// <summary>Converts with a choice for every string, told the key it stands under.</summary>
    public static object? Convert(JsonElement json, Func<string?, string, object?> text, string? key = null)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return text(key, json.GetString()!);
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            case JsonValueKind.Number:
                string raw = json.GetRawText();
                return raw.AsSpan().ContainsAny(".eE") ? json.GetDouble()
                    : json.TryGetInt64(out long number) ? number
                    : BigInteger.Parse(raw, System.Globalization.CultureInfo.InvariantCulture);
            case JsonValueKind.Array:
                return json.EnumerateArray().Select(e => Convert(e, text, key)).ToList();
            case JsonValueKind.Object:
                var dict = new OrderedDictionary<string, object?>();
                foreach (var property in json.EnumerateObject())
                {
                    dict.Add(property.Name, Convert(property.Value, text, property.Name));
                }

                return dict;
            default:
                return null;
        }
    }

    public static string Join(IReadOnlyList<PromptSpan> spans) => string.Concat(spans.Select(s => s.Text));

    /// <summary>Checks what holds for every render: no empty span, no two neighbours of one kind.</summary>
    public static void AssertWellFormed(IReadOnlyList<PromptSpan> spans)
    {
        for (int i = 0; i < spans.Count; i++)
        {
            Assert.NotEmpty(spans[i].Text);
            Assert.True(
                i == 0 || spans[i].IsControl != spans[i - 1].IsControl,
                $"spans {i - 1} and {i} are of one kind"
            );
        }
    }
}
