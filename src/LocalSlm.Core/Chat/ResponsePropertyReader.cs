using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Reads what replies carry in their additional properties, also after they went through JSON in a cache.</summary>
internal static class ResponsePropertyReader
{
    public static IReadOnlyList<TokenLogProbabilities>? LogProbabilities(AdditionalPropertiesDictionary? properties) =>
        Find(properties, ResponseProperty.LogProbabilities) switch
        {
            IReadOnlyList<TokenLogProbabilities> list => list,
            JsonElement { ValueKind: JsonValueKind.Array } json => json.EnumerateArray().Select(ReadToken).ToList(),
            _ => null,
        };

    public static OverflowReport? Report(AdditionalPropertiesDictionary? properties)
    {
        var turns = Count(properties, ResponseProperty.DroppedTurns);
        var messages = Count(properties, ResponseProperty.DroppedMessages);
        var slid = Count(properties, ResponseProperty.SlidTokens);
        return turns + messages + slid == 0 ? null : new OverflowReport(turns, messages, slid);
    }

    public static IReadOnlyList<string>? Downgrades(AdditionalPropertiesDictionary? properties) =>
        Find(properties, ResponseProperty.SchemaDowngrades) switch
        {
            IReadOnlyList<string> list => list,
            JsonElement { ValueKind: JsonValueKind.Array } json => json.EnumerateArray()
                .Select(static item => item.GetString() ?? "")
                .ToList(),
            _ => null,
        };

    private static object? Find(AdditionalPropertiesDictionary? properties, string key) =>
        properties?.TryGetValue(key, out var value) == true ? value : null;

    private static int Count(AdditionalPropertiesDictionary? properties, string key) =>
        Find(properties, key) switch
        {
            int value => value,
            JsonElement { ValueKind: JsonValueKind.Number } json => json.GetInt32(),
            _ => 0,
        };

    // Microsoft.Extensions.AI serialises with camel-cased names.
    private static TokenLogProbabilities ReadToken(JsonElement json) =>
        new(
            ReadAlternative(json.GetProperty("chosen")),
            json.GetProperty("top").EnumerateArray().Select(ReadAlternative).ToList()
        );

    private static TokenLogProbability ReadAlternative(JsonElement json) =>
        new(
            json.GetProperty("tokenId").GetInt32(),
            json.GetProperty("text").GetString() ?? "",
            json.GetProperty("logProbability").GetSingle()
        );
}
