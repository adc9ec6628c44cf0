using System.Text.Json;
using LocalSlm.Tokenization.Bpe;
using LocalSlm.Tokenization.Decoding;
using LocalSlm.Tokenization.Normalization;
using LocalSlm.Tokenization.Patterns;
using LocalSlm.Tokenization.PostProcessing;
using LocalSlm.Tokenization.PreTokenization;

namespace LocalSlm.Tokenization;

/// <summary>Puts a tokenizer together from the parts of a file, and finds the quick way where the parts have one.</summary>
internal static class TokenizerAssembly
{
    /// <summary>The pattern of a ByteLevel pre-tokenizer that splits (GPT-2's encoder.py, 2019).</summary>
    public const string ByteLevelPattern =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public static TokenizerParts Assemble(
        string file,
        ITokenModel model,
        IReadOnlyList<AddedToken> addedTokens,
        JsonElement normalizer,
        JsonElement preTokenizer,
        JsonElement postProcessor,
        JsonElement decoder
    )
    {
        var names = addedTokens.ToDictionary(token => token.Id, token => token.Content);
        var decoderKinds = FindKinds(new JsonPart(file, "$.decoder", decoder)).ToArray();
        return new TokenizerParts
        {
            Model = model,
            AddedTokens = addedTokens,
            Normalizer = NormalizerJson.Read(normalizer, file),
            NormalizesToNfc = IsKind(normalizer, "NFC"),
            PreTokenizer = PreTokenizerJson.Read(preTokenizer, file),
            PostProcessor = PostProcessorJson.Read(
                postProcessor,
                file,
                id => names.GetValueOrDefault(id) ?? model.GetName(id)
            ),
            Decoder = DecoderJson.Read(decoder, file),
            DecodesByteLetters = decoderKinds.Any(kind => kind.Kind == "ByteLevel"),
            DecodesByteNames = decoderKinds.Any(kind => kind.Kind == "ByteFallback"),
            WordEndSuffix = decoderKinds
                .Where(kind => kind.Kind == "BPEDecoder")
                .Select(kind => kind["suffix"].AsString())
                .FirstOrDefault(),
            ByteLevel = model is BpeModel bpe
                ? FindByteLevel(bpe, new JsonPart(file, "$.pre_tokenizer", preTokenizer))
                : null,
        };
    }

    /// <summary>Makes the quick encoder if all the pre-tokenizer does is to split by patterns and write bytes as letters.</summary>
    private static ByteLevelEncoder? FindByteLevel(BpeModel model, JsonPart part)
    {
        if (part.IsNull)
        {
            return null;
        }

        var steps = part.Kind == "Sequence" ? [.. part["pretokenizers"].Items()] : new List<JsonPart> { part };
        var splits = new List<RegexPattern>();
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            switch (step.Kind)
            {
                case "Split" when ReadSplit(step) is { } pattern:
                    splits.Add(pattern);
                    break;
                case "Digits":
                    splits.Add(new RegexPattern(step["individual_digits"].AsBoolean(false) ? @"\p{N}" : @"\p{N}+"));
                    break;
                case "ByteLevel" when i == steps.Count - 1:
                {
                    // Where text was split before, each piece would get a space.
                    var addsSpace = step["add_prefix_space"].AsBoolean(true);
                    if (addsSpace && splits.Count > 0)
                    {
                        return null;
                    }

                    if (step["use_regex"].AsBoolean(true))
                    {
                        splits.Add(new RegexPattern(ByteLevelPattern));
                    }

                    return ByteLevelEncoder.TryCreate(model, [.. splits], addsSpace);
                }

                default:
                    return null;
            }
        }

        return null;
    }

    /// <summary>Reads a split whose pieces are the matches and what lies between.</summary>
    private static RegexPattern? ReadSplit(JsonPart part)
    {
        var pattern = part["pattern"]["Regex"];
        return !pattern.IsNull && part["behavior"].AsString() == "Isolated"
            ? new RegexPattern(pattern.AsString())
            : null;
    }

    private static bool IsKind(JsonElement element, string kind) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty("type", out var type)
        && type.ValueKind == JsonValueKind.String
        && type.ValueEquals(kind);

    private static IEnumerable<JsonPart> FindKinds(JsonPart part)
    {
        if (part.IsNull)
        {
            return [];
        }

        return part.Kind == "Sequence" ? part["decoders"].Items().SelectMany(FindKinds) : [part];
    }
}
