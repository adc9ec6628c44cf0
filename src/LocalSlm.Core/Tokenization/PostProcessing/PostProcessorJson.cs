using System.Text.Json;

namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>Reads the <c>post_processor</c> of a tokenizer.json.</summary>
internal static class PostProcessorJson
{
    private const int HighestId = (1 << 24) - 1;

    /// <summary>Reads the part.</summary>
    /// <param name="element">The part.</param>
    /// <param name="file">The file, for errors.</param>
    /// <param name="getName">Gives a token as the vocabulary spells it; asked only later, in use.</param>
    /// <param name="path">Where the part lies in the file, for errors.</param>
    /// <returns>The post-processor, or <see langword="null"/> for null.</returns>
    /// <exception cref="ModelFileException">A field is missing or wrong.</exception>
    /// <exception cref="UnsupportedModelException">A kind is unknown.</exception>
    public static IPostProcessor? Read(
        JsonElement element,
        string file,
        Func<int, string?> getName,
        string path = "$.post_processor"
    )
    {
        JsonPart part = new(file, path, element);
        return part.IsNull ? null : Read(part, getName);
    }

    private static PostProcessor Read(JsonPart part, Func<int, string?> getName)
    {
        switch (part.Kind)
        {
            case "BertProcessing":
                return new SurroundProcessing(ReadToken(part["cls"]), ReadToken(part["sep"]), isRoberta: false, null);
            case "RobertaProcessing":
                return new SurroundProcessing(
                    ReadToken(part["cls"]),
                    ReadToken(part["sep"]),
                    isRoberta: true,
                    ReadTrimming(part, getName)
                );
            case "ByteLevel":
                return new ByteLevelProcessing(ReadTrimming(part, getName));
            case "TemplateProcessing":
                return ReadTemplate(part);
            case "Sequence":
                return ReadSequence(part, getName);
            default:
                throw part.UnknownKind("post-processor");
        }
    }

    private static PostProcessorSequence ReadSequence(JsonPart part, Func<int, string?> getName)
    {
        List<PostProcessor> parts = [];
        var arranges = false;
        foreach (var item in part["processors"].Items())
        {
            var processor = Read(item, getName);
            if (processor is not ByteLevelProcessing)
            {
                // A second one would be given the pieces that the first has made of the texts.
                if (arranges)
                {
                    throw new UnsupportedModelException(
                        item.File,
                        null,
                        $"'{item.Path}' is the second post-processor of a sequence that adds tokens; only one may."
                    );
                }

                arranges = true;
            }

            parts.Add(processor);
        }

        return new PostProcessorSequence(parts);
    }

    private static OffsetTrimming? ReadTrimming(JsonPart part, Func<int, string?> getName)
    {
        var addsPrefixSpace = part["add_prefix_space"].AsBoolean(true);
        return part["trim_offsets"].AsBoolean(true) ? new OffsetTrimming(getName, addsPrefixSpace) : null;
    }

    private static int ReadToken(JsonPart part)
    {
        JsonPart[] items = [.. part.Items()];
        if (items.Length != 2)
        {
            throw part.Wrong("a token and its id");
        }

        items[0].AsString();
        return items[1].AsNumber(0, HighestId);
    }

    private static TemplateProcessing ReadTemplate(JsonPart part)
    {
        Dictionary<string, IReadOnlyList<int>> tokens = new(StringComparer.Ordinal);
        var special = part["special_tokens"];
        if (special.Element.ValueKind != JsonValueKind.Object)
        {
            throw special.Wrong("an object");
        }

        foreach (var entry in special.Element.EnumerateObject())
        {
            JsonPart token = special with { Path = $"{special.Path}['{entry.Name}']", Element = entry.Value };
            tokens[entry.Name] = [.. token["ids"].Items().Select(static id => id.AsNumber(0, HighestId))];
        }

        var single = ReadOrder(part["single"], tokens, texts: 1);
        var pair = ReadOrder(part["pair"], tokens, texts: 2);
        return new TemplateProcessing(single, pair);
    }

    private static List<TemplatePart> ReadOrder(JsonPart part, Dictionary<string, IReadOnlyList<int>> tokens, int texts)
    {
        List<TemplatePart> parts = [];
        foreach (var item in part.Items())
        {
            var sequence = item["Sequence"];
            var token = item["SpecialToken"];
            if (!sequence.IsNull)
            {
                var text = sequence["id"].AsString() switch
                {
                    "A" => 0,
                    "B" when texts == 2 => 1,
                    _ => throw sequence["id"].Wrong(texts == 2 ? "'A' or 'B'" : "'A'"),
                };
                parts.Add(new TemplatePart(text, null, sequence["type_id"].AsNumber(0, HighestId)));
            }
            else
            {
                var name = token["id"].AsString();
                parts.Add(
                    new TemplatePart(
                        0,
                        tokens.GetValueOrDefault(name)
                            ?? throw token.Error($"'{token.Path}.id' names '{name}', which 'special_tokens' lacks."),
                        token["type_id"].AsNumber(0, HighestId)
                    )
                );
            }
        }

        // A text that stands in a template twice would be tokens out of nothing; one that is missing, a loss.
        for (var text = 0; text < texts; text++)
        {
            if (parts.Count(p => p.Tokens is null && p.Text == text) != 1)
            {
                throw part.Error($"'{part.Path}' must hold text '{(text == 0 ? 'A' : 'B')}' once.");
            }
        }

        return parts;
    }
}
