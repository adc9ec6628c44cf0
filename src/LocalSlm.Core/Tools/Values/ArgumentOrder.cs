using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>Grammars of arguments that may come in any order, each once at most.</summary>
internal static class ArgumentOrder
{
    /// <summary>Up to this many arguments, any order is allowed; the grammar has a rule for each set of them (128 for seven). More come
    /// in the order in which the tool declares them.</summary>
    public const int MaxFree = 7;

    /// <summary>Builds the grammar of a tool's arguments.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="separator">What stands between two arguments.</param>
    /// <param name="argument">Builds one, by its name and its schema.</param>
    /// <exception cref="InvalidToolException">The schema of an argument cannot be enforced in this notation.</exception>
    public static GrammarNode OfTool(
        ToolDescription tool,
        GrammarNode separator,
        Func<string, ArgumentSchema, GrammarNode> argument
    )
    {
        var items = new List<(GrammarNode, bool)>();
        foreach (var (name, schema, isRequired) in ArgumentSchema.OfTool(tool))
        {
            try
            {
                items.Add((argument(name, schema), isRequired));
            }
            catch (LocalSlmException error) when (error is UnsupportedSchemaException or GrammarException)
            {
                throw Refusal(tool, name, error);
            }
        }

        return Build(items, separator);
    }

    /// <summary>Builds the grammar.</summary>
    /// <param name="items">The arguments.</param>
    /// <param name="separator">What stands between two.</param>
    public static GrammarNode Build(IReadOnlyList<(GrammarNode Item, bool IsRequired)> items, GrammarNode separator) =>
        items.Count <= MaxFree ? InAnyOrder(items, separator) : InOrder(items, separator);

    private static InvalidToolException Refusal(ToolDescription tool, string argument, LocalSlmException error)
    {
        var pointer = argument
            .Replace("~", "~0", StringComparison.Ordinal)
            .Replace("/", "~1", StringComparison.Ordinal);
        var schemaError = error as UnsupportedSchemaException;
        var placed = new UnsupportedSchemaException(
            $"/properties/{pointer}{schemaError?.Path}",
            schemaError?.Keyword,
            schemaError?.Problem ?? error.Message,
            error
        );
        return new InvalidToolException(tool.Name, $"its schema cannot be used. {placed.Message}", placed);
    }

    private static RuleNode InAnyOrder(IReadOnlyList<(GrammarNode Item, bool IsRequired)> items, GrammarNode separator)
    {
        // One rule for each set of arguments that are already there.
        var rules = new RuleNode[1 << items.Count];
        for (var present = 0; present < rules.Length; present++)
        {
            rules[present] = new RuleNode($"arguments-{present}");
        }

        for (var present = 0; present < rules.Length; present++)
        {
            var options = new List<GrammarNode>(items.Count + 1);
            var isComplete = true;
            for (var i = 0; i < items.Count; i++)
            {
                if ((present & (1 << i)) != 0)
                {
                    continue;
                }

                var rest = GrammarNode.Sequence(items[i].Item, rules[present | (1 << i)]);
                options.Add(present == 0 ? rest : GrammarNode.Sequence(separator, rest));
                isComplete &= !items[i].IsRequired;
            }

            if (isComplete)
            {
                options.Add(GrammarNode.Empty);
            }

            rules[present].Body = GrammarNode.Choice(options);
        }

        return rules[0];
    }

    private static GrammarNode InOrder(IReadOnlyList<(GrammarNode Item, bool IsRequired)> items, GrammarNode separator)
    {
        GrammarNode first = GrammarNode.Empty;
        GrammarNode further = GrammarNode.Empty;
        for (var i = items.Count - 1; i >= 0; i--)
        {
            var (item, isRequired) = items[i];
            var begun = GrammarNode.Sequence(item, further);
            var continued = GrammarNode.Sequence(separator, item, further);
            var (firstRule, furtherRule) = (new RuleNode($"first-{i}"), new RuleNode($"further-{i}"));
            firstRule.Body = isRequired ? begun : GrammarNode.Choice(begun, first);
            furtherRule.Body = isRequired ? continued : GrammarNode.Choice(continued, further);
            (first, further) = (firstRule, furtherRule);
        }

        return first;
    }
}
