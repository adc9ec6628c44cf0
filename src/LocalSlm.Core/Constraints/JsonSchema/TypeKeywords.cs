using System.Text.Json;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Reads <c>type</c>, <c>nullable</c> (as OpenAPI 3.0 has it), <c>enum</c>, <c>const</c>, and the keywords of numbers.</summary>
internal sealed class TypeKeywords(SchemaExpander expander)
{
    private static readonly NumberSet Integers = new([
        new NumberTerm { MultipleOf = ExactArithmetic.One, WrittenAsInteger = true },
    ]);

    private static readonly NumberSet Int32s = new([
        new NumberTerm
        {
            MultipleOf = ExactArithmetic.One,
            WrittenAsInteger = true,
            PrefersInt32 = true,
        },
    ]);

    public ValueSet Type(SchemaNode node)
    {
        var nullable =
            node.Element.TryGetProperty("nullable", out var flag) && SchemaValues.Boolean(flag, node.Path, "nullable");
        if (!node.Element.TryGetProperty("type", out var type))
        {
            return ValueSet.Any;
        }

        var names =
            type.ValueKind == JsonValueKind.String ? [type.GetString()!] : SchemaValues.Texts(type, node.Path, "type");
        var sets = names.Select(name => name == "integer" ? OfIntegers(node) : OfType(name, node.Path)).ToList();
        if (sets.Count == 0)
        {
            throw SchemaValues.Malformed(node.Path, "type", "the list is empty. Name at least one type.");
        }

        if (nullable)
        {
            sets.Add(new ValueSet { Null = true });
        }

        return ValueAlgebra.Union(sets);
    }

    public ValueSet Enum(SchemaNode node)
    {
        var values = node.Element.GetProperty("enum");
        if (values.ValueKind != JsonValueKind.Array)
        {
            throw SchemaValues.Malformed(
                node.Path,
                "enum",
                $"it is {SchemaValues.Describe(values)}, but must be a list. Correct the schema."
            );
        }

        // Strings are taken together: there may be a hundred thousand.
        var path = SchemaNode.Step(node.Path, "enum");
        var texts = new List<string>();
        var others = new List<ValueSet>();
        foreach (var value in values.EnumerateArray())
        {
            if (value.ValueKind == JsonValueKind.String)
            {
                texts.Add(SchemaValues.Text(value, node.Path, "enum"));
            }
            else
            {
                others.Add(expander.Expand(expander.Terms.Literal(value, path)));
            }
        }

        expander.Spend(texts.Sum(static text => (long)text.Length) / 32);
        return ValueAlgebra.Union([new ValueSet { Texts = TextSet.FromLiterals(texts) }, .. others]);
    }

    public ValueSet Const(SchemaNode node) =>
        expander.Expand(expander.Terms.Literal(node.Element.GetProperty("const"), node.Path));

    public ValueSet Numbers(SchemaNode node)
    {
        var term = NumberTerm.Any;
        term = Bound(node, term, "minimum", isMin: true, excludes: false);
        term = Bound(node, term, "exclusiveMinimum", isMin: true, excludes: true);
        term = Bound(node, term, "maximum", isMin: false, excludes: false);
        term = Bound(node, term, "exclusiveMaximum", isMin: false, excludes: true);
        if (node.Element.TryGetProperty("multipleOf", out var value))
        {
            var step = SchemaValues.Number(value, node.Path, "multipleOf");
            if (step.Mantissa.Sign <= 0)
            {
                throw SchemaValues.Malformed(node.Path, "multipleOf", $"{step} is not above 0. Correct the schema.");
            }

            if (IsDecidable(step, node.Path))
            {
                term = Merge(term, new NumberTerm { MultipleOf = step });
            }
        }

        return ValueSet.Any with
        {
            Numbers = term == Nothing ? NumberSet.Never : new NumberSet([term]),
        };
    }

    /// <summary>Stands for no number at all.</summary>
    private static NumberTerm Nothing { get; } =
        new()
        {
            Min = ExactArithmetic.One,
            ExcludesMin = true,
            Max = ExactArithmetic.One,
            ExcludesMax = true,
        };

    private bool IsDecidable(ExactNumber step, string path)
    {
        try
        {
            NumberWriter.Multiples(step);
            return true;
        }
        catch (GrammarException e)
        {
            expander.Refuse(new SchemaOrigin(path, "multipleOf"), e.Message);
            return false;
        }
    }

    private static NumberTerm Merge(NumberTerm term, NumberTerm other) =>
        term == Nothing ? term : term.Intersect(other) ?? Nothing;

    private static NumberTerm Bound(SchemaNode node, NumberTerm term, string keyword, bool isMin, bool excludes)
    {
        if (!node.Element.TryGetProperty(keyword, out var value))
        {
            return term;
        }

        // In draft 4 the exclusive forms are booleans that say how the plain ones are meant.
        if (excludes && value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            if (
                value.ValueKind == JsonValueKind.False
                || !node.Element.TryGetProperty(isMin ? "minimum" : "maximum", out value)
            )
            {
                return term;
            }
        }

        var bound = SchemaValues.Number(value, node.Path, keyword);
        return Merge(
            term,
            isMin
                ? new NumberTerm { Min = bound, ExcludesMin = excludes }
                : new NumberTerm { Max = bound, ExcludesMax = excludes }
        );
    }

    private ValueSet OfIntegers(SchemaNode node) =>
        new()
        {
            Numbers = expander.Settings.FitsDotNetTypes && !DotNetTypes.IsWideInteger(node.Element) ? Int32s : Integers,
        };

    private static ValueSet OfType(string name, string path) =>
        name switch
        {
            "null" => new ValueSet { Null = true },
            "boolean" => new ValueSet { True = true, False = true },
            "number" => new ValueSet { Numbers = NumberSet.Any },
            "string" => new ValueSet { Texts = TextSet.Any },
            "array" => new ValueSet { AllArrays = true },
            "object" => new ValueSet { AllObjects = true },
            _ => throw SchemaValues.Malformed(
                path,
                "type",
                $"'{name}' is no type of JSON Schema. Use null, boolean, integer, number, string, array or object."
            ),
        };
}
