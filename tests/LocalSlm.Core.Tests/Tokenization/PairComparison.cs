using System.Text.Json;
using LocalSlm.Tokenization;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Compares an encoded pair of texts with a golden, field by field.</summary>
internal static class PairComparison
{
    /// <summary>Compares.</summary>
    public static void Compare(ManagedTokenizer tokenizer, JsonElement item, Differences differences)
    {
        string first = item.GetProperty("a").GetString()!;
        string second = item.GetProperty("b").GetString()!;
        var encoding = tokenizer.EncodeWithOffsets(first, second);
        string title = $"{first} + {second}";
        differences.Compare(title, "ids", SyntheticGoldenTests.Ints(item.GetProperty("ids")), encoding.Ids);
        differences.Compare(
            title,
            "type_ids",
            SyntheticGoldenTests.Ints(item.GetProperty("type_ids")),
            encoding.TypeIds
        );
        if (item.TryGetProperty("special_mask", out var mask))
        {
            differences.Compare(
                title,
                "special_mask",
                SyntheticGoldenTests.Ints(mask),
                encoding.SpecialMask.Select(special => special ? 1 : 0)
            );
        }

        if (item.TryGetProperty("off", out var offsets))
        {
            // Both texts of these pairs are ASCII or BMP, where a code point is one character.
            differences.Compare(
                title,
                "off",
                SyntheticGoldenTests.Pairs(offsets),
                encoding.Offsets.Select(range => (range.Start.Value, range.End.Value))
            );
        }
    }
}
