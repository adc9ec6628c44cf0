using LocalSlm.Constraints.Regular;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Reads the keywords of strings, and keeps the automata of patterns.</summary>
internal sealed class StringKeywords(SchemaExpander expander)
{
    private readonly Dictionary<string, TextSet> _patterns = new(StringComparer.Ordinal);

    /// <summary>Gets a value indicating whether less than the schema accepts may be generated here. What is to be turned into its
    /// opposite must be exact.</summary>
    private bool Fits => expander is { Settings.FitsDotNetTypes: true, IsStrict: false };

    public ValueSet Read(SchemaNode node)
    {
        var (schema, path) = (node.Element, node.Path);
        var texts = TextSet.Any;
        if (schema.TryGetProperty("pattern", out var pattern))
        {
            var text = SchemaValues.Text(pattern, path, "pattern");
            texts = Pattern(Fits ? DotNetTypes.Narrow(text) : text, new SchemaOrigin(path, "pattern"));
        }

        if (schema.TryGetProperty("format", out var format))
        {
            texts = texts.Intersect(
                Format(SchemaValues.Text(format, path, "format"), new SchemaOrigin(path, "format"))
            );
        }

        if (Fits && DotNetTypes.IsBase64(schema))
        {
            texts = texts.Intersect(Pattern(DotNetTypes.Base64, new SchemaOrigin(path, "contentEncoding")));
        }

        var min = schema.TryGetProperty("minLength", out var fewest)
            ? SchemaValues.Count(fewest, path, "minLength")
            : 0;
        int? max = schema.TryGetProperty("maxLength", out var most)
            ? SchemaValues.Count(most, path, "maxLength")
            : null;
        if (min > 0 || max is not null)
        {
            try
            {
                texts = texts.Intersect(TextSet.FromLength(min, max == int.MaxValue ? null : max));
            }
            catch (GrammarException e)
            {
                expander.Refuse(new SchemaOrigin(path, max is null ? "minLength" : "maxLength"), e.Message);
            }
        }

        return ValueSet.Any with
        {
            Texts = texts,
        };
    }

    /// <summary>Gets the texts that a regular expression finds something in.</summary>
    public TextSet Pattern(string pattern, SchemaOrigin origin)
    {
        if (!_patterns.TryGetValue(pattern, out var texts))
        {
            try
            {
                texts = TextSet.FromAutomaton(CharAutomaton.FromPattern(pattern));
            }
            catch (GrammarException e)
            {
                expander.Refuse(origin, e.Message);
                return TextSet.Any;
            }

            _patterns.Add(pattern, texts);
            expander.SpendOn(texts);
        }

        return texts;
    }

    private TextSet Format(string format, SchemaOrigin origin)
    {
        if (StringFormats.Find(format) is { } automaton)
        {
            return TextSet.FromAutomaton(automaton, StringFormats.IsExact(format));
        }

        // What the specification does not define is an annotation: int32, password, binary and the like.
        if (SchemaKeywords.Formats.Contains(format))
        {
            expander.Refuse(
                origin,
                $"the format '{format}' cannot be enforced. Use a pattern, or leave the format out."
            );
        }

        return TextSet.Any;
    }
}
