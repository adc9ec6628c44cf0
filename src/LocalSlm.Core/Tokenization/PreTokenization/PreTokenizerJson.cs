using System.Text.Json;
using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Reads the <c>pre_tokenizer</c> of a tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    /// <summary>Reads the part.</summary>
    /// <param name="element">The part.</param>
    /// <param name="file">The file, for errors.</param>
    /// <param name="path">Where the part lies in the file, for errors.</param>
    /// <returns>The pre-tokenizer, or <see langword="null"/> for null.</returns>
    /// <exception cref="ModelFileException">A field is missing or wrong.</exception>
    /// <exception cref="UnsupportedModelException">A kind or a pattern is not supported.</exception>
    public static IPreTokenizer? Read(JsonElement element, string file, string path = "$.pre_tokenizer")
    {
        JsonPart part = new(file, path, element);
        return part.IsNull ? null : Read(part);
    }

    private static IPreTokenizer Read(JsonPart part)
    {
        switch (part.Kind)
        {
            case "Sequence":
                return new PreTokenizerSequence([.. part["pretokenizers"].Items().Select(Read)]);
            case "BertPreTokenizer":
                return new BertPreTokenizer();
            case "ByteLevel":
                part["trim_offsets"].AsBoolean(true);
                return new ByteLevel(part["add_prefix_space"].AsBoolean(true), part["use_regex"].AsBoolean(true));
            case "Whitespace":
                return new WordSplit();
            case "WhitespaceSplit":
                return new CharacterSplit(static c => Categories.IsWhiteSpace(c), DelimiterBehavior.Removed);
            case "Punctuation":
                var behavior = part["behavior"];
                return new CharacterSplit(
                    static c => Categories.IsPunctuation(c),
                    behavior.IsNull ? DelimiterBehavior.Isolated : ReadBehavior(behavior)
                );
            case "Digits":
                return new CharacterSplit(
                    static c => Categories.IsNumber(c),
                    part["individual_digits"].AsBoolean() ? DelimiterBehavior.Isolated : DelimiterBehavior.Contiguous
                );
            case "CharDelimiterSplit":
            case "Delimiter":
                var delimiter = part["delimiter"].AsCodePoint();
                return new CharacterSplit(c => c == delimiter, DelimiterBehavior.Removed);
            case "Metaspace":
                return ReadMetaspace(part);
            case "Split":
                return new PatternSplit(
                    PatternJson.Read(part["pattern"]),
                    ReadBehavior(part["behavior"]),
                    part["invert"].AsBoolean()
                );
            case "UnicodeScripts":
                return new ScriptSplit();
            case "FixedLength":
                return new FixedLengthSplit(part["length"].AsNumber(1, int.MaxValue, 5));
            default:
                throw part.UnknownKind("pre-tokenizer");
        }
    }

    /// <summary>Reads where a metaspace is put before text, for the pre-tokenizer and the decoder.</summary>
    internal static PrependScheme ReadScheme(JsonPart part)
    {
        var field = part["prepend_scheme"];
        var prefix = part["add_prefix_space"];
        PrependScheme? scheme =
            field.Element.ValueKind == JsonValueKind.Undefined
                ? null
                : field.AsString() switch
                {
                    "always" => PrependScheme.Always,
                    "first" => PrependScheme.First,
                    "never" => PrependScheme.Never,
                    _ => throw field.Wrong("'always', 'first' or 'never'"),
                };

        // Older files have add_prefix_space alone; newer ones may repeat themselves.
        if (!prefix.IsNull && !prefix.AsBoolean())
        {
            if (scheme is not null and not PrependScheme.Never)
            {
                throw field.Error($"'{field.Path}' contradicts '{prefix.Path}'.");
            }

            return PrependScheme.Never;
        }

        return scheme ?? PrependScheme.Always;
    }

    private static Metaspace ReadMetaspace(JsonPart part)
    {
        var split = part["split"];
        return new Metaspace(part["replacement"].AsCodePoint(), ReadScheme(part), split.IsNull || split.AsBoolean());
    }

    private static DelimiterBehavior ReadBehavior(JsonPart part) =>
        part.AsString() switch
        {
            "Removed" => DelimiterBehavior.Removed,
            "Isolated" => DelimiterBehavior.Isolated,
            "MergedWithPrevious" => DelimiterBehavior.MergedWithPrevious,
            "MergedWithNext" => DelimiterBehavior.MergedWithNext,
            "Contiguous" => DelimiterBehavior.Contiguous,
            _ => throw part.Wrong("'Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext' or 'Contiguous'"),
        };
}
