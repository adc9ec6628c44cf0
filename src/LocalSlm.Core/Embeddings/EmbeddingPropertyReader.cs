using System.Text.Json;
using LocalSlm.Models;
using Microsoft.Extensions.AI;

namespace LocalSlm.Embeddings;

/// <summary>Reads and writes the plain values in <see cref="EmbeddingGenerationOptions.AdditionalProperties"/>. A value may have been
/// set by hand, by the typed properties, or have come from JSON.</summary>
internal static class EmbeddingPropertyReader
{
    private static readonly (string Name, EmbeddingInputKind Value)[] s_kinds =
    [
        ("query", EmbeddingInputKind.Query),
        ("document", EmbeddingInputKind.Document),
    ];

    private static readonly (string Name, EmbeddingPooling Value)[] s_poolings =
    [
        ("mean", EmbeddingPooling.Mean),
        ("first_token", EmbeddingPooling.FirstToken),
        ("last_token", EmbeddingPooling.LastToken),
    ];

    private static readonly (string Name, OverlongTextPolicy Value)[] s_policies =
    [
        ("error", OverlongTextPolicy.Error),
        ("truncate", OverlongTextPolicy.Truncate),
        ("average_chunks", OverlongTextPolicy.AverageChunks),
    ];

    public static EmbeddingInputKind? InputKind(EmbeddingGenerationOptions options) =>
        Choice(options, EmbeddingProperty.InputKind, s_kinds);

    public static EmbeddingPooling? Pooling(EmbeddingGenerationOptions options) =>
        Choice(options, EmbeddingProperty.Pooling, s_poolings);

    public static OverlongTextPolicy? OverlongTexts(EmbeddingGenerationOptions options) =>
        Choice(options, EmbeddingProperty.OverlongTexts, s_policies);

    public static string? PromptName(EmbeddingGenerationOptions options) =>
        Find(options, EmbeddingProperty.PromptName) switch
        {
            null => null,
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
            var other => throw Unusable(EmbeddingProperty.PromptName, other, "text"),
        };

    public static bool? Normalize(EmbeddingGenerationOptions options) =>
        Find(options, EmbeddingProperty.Normalize) switch
        {
            null => null,
            bool value => value,
            JsonElement { ValueKind: JsonValueKind.True } => true,
            JsonElement { ValueKind: JsonValueKind.False } => false,
            var other => throw Unusable(EmbeddingProperty.Normalize, other, "true or false"),
        };

    public static TimeSpan? KeepAlive(EmbeddingGenerationOptions options) =>
        Find(options, EmbeddingProperty.KeepAlive) is { } value
            ? KeepAliveValue.Read(value) ?? throw Unusable(EmbeddingProperty.KeepAlive, value, KeepAliveValue.Wanted)
            : null;

    public static void SetInputKind(EmbeddingGenerationOptions options, EmbeddingInputKind? value) =>
        SetChoice(options, EmbeddingProperty.InputKind, s_kinds, value);

    public static void SetPooling(EmbeddingGenerationOptions options, EmbeddingPooling? value) =>
        SetChoice(options, EmbeddingProperty.Pooling, s_poolings, value);

    public static void SetOverlongTexts(EmbeddingGenerationOptions options, OverlongTextPolicy? value) =>
        SetChoice(options, EmbeddingProperty.OverlongTexts, s_policies, value);

    public static void Set(EmbeddingGenerationOptions options, string key, object? value)
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

    /// <summary>Reads a count that a result carries, also after it went through JSON in a cache.</summary>
    public static long Count(AdditionalPropertiesDictionary? properties, string key) =>
        properties?.TryGetValue(key, out var value) != true
            ? 0
            : value switch
            {
                int count => count,
                long count => count,
                JsonElement { ValueKind: JsonValueKind.Number } json => json.GetInt64(),
                _ => 0,
            };

    private static T? Choice<T>(EmbeddingGenerationOptions options, string key, (string Name, T Value)[] choices)
        where T : struct, Enum
    {
        var found = Find(options, key);
        if (found is null)
        {
            return null;
        }

        var text = found is JsonElement { ValueKind: JsonValueKind.String } json ? json.GetString() : found as string;
        foreach (var (name, value) in choices)
        {
            if (name == text || (found is T typed && EqualityComparer<T>.Default.Equals(typed, value)))
            {
                return value;
            }
        }

        throw Unusable(key, found, string.Join(" or ", choices.Select(static choice => choice.Name)));
    }

    private static void SetChoice<T>(
        EmbeddingGenerationOptions options,
        string key,
        (string Name, T Value)[] choices,
        T? value
    )
        where T : struct, Enum
    {
        if (value is not { } wanted)
        {
            Set(options, key, null);
            return;
        }

        foreach (var (name, choice) in choices)
        {
            if (EqualityComparer<T>.Default.Equals(choice, wanted))
            {
                Set(options, key, name);
                return;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(value), value, $"This value of {typeof(T).Name} is unknown.");
    }

    private static object? Find(EmbeddingGenerationOptions options, string key) =>
        options.AdditionalProperties?.TryGetValue(key, out var value) == true
        && value is not JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }
            ? value
            : null;

    private static ArgumentException Unusable(string key, object value, string wanted) =>
        new(
            $"EmbeddingGenerationOptions.AdditionalProperties[\"{key}\"] is {value} ({value.GetType().Name}); {wanted} is wanted.",
            key
        );
}
