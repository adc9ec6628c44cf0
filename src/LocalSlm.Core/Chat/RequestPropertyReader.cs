using System.Buffers;
using System.Globalization;
using System.Text.Json;
using LocalSlm.Models;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Reads and writes the plain values in <see cref="ChatOptions.AdditionalProperties"/>. A value may have been set
/// by hand, by the typed properties, or have come from JSON.</summary>
internal static class RequestPropertyReader
{
    private const string NegativeInfinity = "-Infinity";

    public static float? Single(ChatOptions options, string key) =>
        Find(options, key) switch
        {
            null => null,
            float value => value,
            double value => (float)value,
            int value => value,
            long value => value,
            decimal value => (float)value,
            JsonElement { ValueKind: JsonValueKind.Number } json => json.GetSingle(),
            var other => throw Unusable(key, other, "a number"),
        };

    public static int? Int32(ChatOptions options, string key) =>
        Find(options, key) switch
        {
            null => null,
            int value => value,
            long value and >= int.MinValue and <= int.MaxValue => (int)value,
            JsonElement { ValueKind: JsonValueKind.Number } json when json.TryGetInt32(out var value) => value,
            var other => throw Unusable(key, other, "a whole number"),
        };

    public static bool? Boolean(ChatOptions options, string key) =>
        Find(options, key) switch
        {
            null => null,
            bool value => value,
            JsonElement { ValueKind: JsonValueKind.True } => true,
            JsonElement { ValueKind: JsonValueKind.False } => false,
            var other => throw Unusable(key, other, "true or false"),
        };

    public static string? Text(ChatOptions options, string key) =>
        Find(options, key) switch
        {
            null => null,
            string value => value,
            JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
            var other => throw Unusable(key, other, "text"),
        };

    public static IReadOnlyDictionary<string, object?>? Map(ChatOptions options, string key) =>
        Find(options, key) switch
        {
            null => null,
            IReadOnlyDictionary<string, object?> value => value,
            IDictionary<string, object?> value => new Dictionary<string, object?>(value),
            JsonElement { ValueKind: JsonValueKind.Object } json => ToMap(json),
            var other => throw Unusable(key, other, "an object with named values"),
        };

    public static IReadOnlyList<string>? Texts(ChatOptions options, string key) =>
        Find(options, key) switch
        {
            null => null,
            IReadOnlyList<string> value => value,
            IEnumerable<string> value => [.. value],
            JsonElement { ValueKind: JsonValueKind.Array } json
                when json.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String) =>
            [
                .. json.EnumerateArray().Select(static item => item.GetString()!),
            ],
            var other => throw Unusable(key, other, "a list of texts"),
        };

    public static OverflowPolicy? Policy(ChatOptions options) =>
        Find(options, RequestProperty.OverflowPolicy) is OverflowPolicy value
            ? value
            : Text(options, RequestProperty.OverflowPolicy) switch
            {
                null => null,
                "error" => OverflowPolicy.Error,
                "drop_oldest_turns" => OverflowPolicy.DropOldestTurns,
                "slide_window" => OverflowPolicy.SlideWindow,
                var other => throw Unusable(
                    RequestProperty.OverflowPolicy,
                    other,
                    "error, drop_oldest_turns or slide_window"
                ),
            };

    public static TimeSpan? KeepAlive(ChatOptions options) =>
        Find(options, RequestProperty.KeepAlive) is { } value
            ? KeepAliveValue.Read(value) ?? throw Unusable(RequestProperty.KeepAlive, value, KeepAliveValue.Wanted)
            : null;

    public static IReadOnlyDictionary<int, float>? LogitBias(ChatOptions options)
    {
        const string Key = RequestProperty.LogitBias;
        if (Find(options, Key) is IReadOnlyDictionary<int, float> typed)
        {
            return typed;
        }

        if (Map(options, Key) is not { } map)
        {
            return null;
        }

        var biases = new Dictionary<int, float>(map.Count);
        foreach (var (name, value) in map)
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
            {
                throw Unusable(Key, name, "token ids as names");
            }

            biases[token] = value switch
            {
                float number => number,
                double number => (float)number,
                int number => number,
                long number => number,
                NegativeInfinity => float.NegativeInfinity,
                _ => throw Unusable(Key, value, "numbers, or \"-Infinity\""),
            };
        }

        return biases;
    }

    public static void Set(ChatOptions options, string key, object? value)
    {
        if (value is not null)
        {
            (options.AdditionalProperties ??= [])[key] = value;
        }
        else
        {
            options.AdditionalProperties?.Remove(key);
        }
    }

    public static void SetMap(ChatOptions options, string key, IReadOnlyDictionary<string, object?>? value) =>
        // The copy is of the one dictionary type that Microsoft.Extensions.AI serialises without reflection.
        Set(options, key, value is null ? null : new Dictionary<string, object?>(value));

    public static void SetTexts(ChatOptions options, string key, IReadOnlyList<string>? value)
    {
        if (value is null)
        {
            Set(options, key, null);
            return;
        }

        // JSON that is serialised without reflection, whatever the list was.
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var text in value)
            {
                TextGuard.ThrowIfNotUnicode(text, key);
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        Set(options, key, JsonElement.ParseValue(ref reader));
    }

    public static void SetPolicy(ChatOptions options, OverflowPolicy? value) =>
        Set(
            options,
            RequestProperty.OverflowPolicy,
            value switch
            {
                null => null,
                OverflowPolicy.Error => "error",
                OverflowPolicy.DropOldestTurns => "drop_oldest_turns",
                OverflowPolicy.SlideWindow => "slide_window",
                _ => throw new ArgumentOutOfRangeException(nameof(value), value, "This overflow policy is unknown."),
            }
        );

    public static void SetLogitBias(ChatOptions options, IReadOnlyDictionary<int, float>? value)
    {
        if (value is null)
        {
            Set(options, RequestProperty.LogitBias, null);
            return;
        }

        var map = new Dictionary<string, object?>(value.Count);
        foreach (var (token, bias) in value)
        {
            // JSON has no infinities.
            map[token.ToString(CultureInfo.InvariantCulture)] = float.IsNegativeInfinity(bias)
                ? NegativeInfinity
                : bias;
        }

        Set(options, RequestProperty.LogitBias, map);
    }

    private static object? Find(ChatOptions options, string key) =>
        options.AdditionalProperties?.TryGetValue(key, out var value) == true
        && value is not JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }
            ? value
            : null;

    private static Dictionary<string, object?> ToMap(JsonElement json)
    {
        var map = new Dictionary<string, object?>();
        foreach (var property in json.EnumerateObject())
        {
            map[property.Name] = ToValue(property.Value);
        }

        return map;
    }

    private static object? ToValue(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => ToMap(json),
            JsonValueKind.Array => json.EnumerateArray().Select(ToValue).ToList(),
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Number => json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    private static ArgumentException Unusable(string key, object? value, string wanted) =>
        new(
            $"ChatOptions.AdditionalProperties[\"{key}\"] is {value ?? "null"} ({value?.GetType().Name}); {wanted} is wanted.",
            key
        );
}
