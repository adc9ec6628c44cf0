using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Lists the values of small sets without arrays and objects.</summary>
internal static class FiniteValues
{
    /// <summary>Gets the values by a name of each, or <see langword="null"/> if there are too many or they cannot be listed.</summary>
    public static IReadOnlyDictionary<string, GrammarNode>? Of(ValueSet set, int limit)
    {
        if (
            set.HasArrays
            || set.HasObjects
            || set.Texts.Literals is not { } texts
            || texts.Count + set.Numbers.Terms.Count > limit
            || set.Numbers.Terms.Any(term => !term.IsPoint)
        )
        {
            return null;
        }

        var values = new Dictionary<string, GrammarNode>(StringComparer.Ordinal);
        foreach (var (has, name) in new[] { (set.Null, "null"), (set.True, "true"), (set.False, "false") })
        {
            if (has)
            {
                values.Add(name, GrammarNode.Text(name));
            }
        }

        foreach (var term in set.Numbers.Terms)
        {
            values.TryAdd(
                term.Min!.Value.ToString(),
                GrammarNode.Choice([.. NumberWriter.Write(new NumberSet([term]))])
            );
        }

        foreach (var text in texts)
        {
            var quoted = JsonText.Quote(text);
            values.Add(quoted, GrammarNode.Text(quoted));
        }

        return values;
    }
}
