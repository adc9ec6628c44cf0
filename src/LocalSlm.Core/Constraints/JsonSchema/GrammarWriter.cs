using System.Globalization;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Turns terms into grammar: a rule for each that holds arrays or objects. Rules are written one after the other, never one
/// inside the other, so that schemas may be as deep as they like.</summary>
internal sealed class GrammarWriter
{
    /// <summary>More rules than this come only from products that explode.</summary>
    private const int MaxRules = 200_000;

    private readonly SchemaExpander _expander;
    private readonly ObjectWriter _objects;
    private readonly ArrayWriter _arrays;
    private readonly Dictionary<int, GrammarNode> _nodes = [];
    private readonly Queue<(RuleNode Rule, SchemaTerm Term, ValueSet Set)> _open = new();
    private readonly List<RuleNode> _rules = [];

    public GrammarWriter(SchemaExpander expander)
    {
        _expander = expander;
        Layout = new JsonLayout(expander.Settings.Whitespace);
        _objects = new ObjectWriter(this);
        _arrays = new ArrayWriter(this);
    }

    public JsonLayout Layout { get; }

    public SchemaExpander Expander => _expander;

    public JsonSchemaSettings Settings => _expander.Settings;

    /// <summary>Gets every rule that was made.</summary>
    public IReadOnlyList<RuleNode> Rules => _rules;

    /// <summary>Writes a term with all that it leads to.</summary>
    public GrammarNode Write(SchemaTerm root)
    {
        var node = Node(root);
        while (_open.TryDequeue(out var next))
        {
            next.Rule.Body = Within(next.Term, () => Body(next.Set));
        }

        return GrammarNode.Sequence(Layout.Around, node, Layout.Around);
    }

    /// <summary>Gets the node of a term; where it is a rule, its body comes later.</summary>
    public GrammarNode Node(SchemaTerm term)
    {
        if (term.Kind == TermKind.Never)
        {
            return GrammarNode.Never;
        }

        if (_nodes.TryGetValue(term.Id, out var node))
        {
            return node;
        }

        var set = Within(term, () => _expander.Expand(term));
        if (set.HasArrays || set.HasObjects)
        {
            var rule = Rule(term.Node?.Path ?? term.Id.ToString(CultureInfo.InvariantCulture));
            _open.Enqueue((rule, term, set));
            node = rule;
        }
        else
        {
            node = Within(term, () => GrammarNode.Choice([.. ScalarWriter.Write(set)]));
        }

        _nodes.Add(term.Id, node);
        return node;
    }

    /// <summary>Makes a rule whose body is set by the caller.</summary>
    public RuleNode Rule(string name)
    {
        if (_rules.Count >= MaxRules)
        {
            throw new UnsupportedSchemaException(
                "",
                null,
                $"it needs a grammar of more than {MaxRules} rules. Use fewer branches of anyOf, oneOf and allOf, or smaller counts."
            );
        }

        _expander.Spend(1);
        var rule = new RuleNode(name);
        _rules.Add(rule);
        return rule;
    }

    /// <summary>Names the schema whose automata prove too large.</summary>
    private static T Within<T>(SchemaTerm term, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (GrammarException e)
        {
            throw new SchemaRefusal(new SchemaOrigin(term.Node?.Path ?? "", ""), e.Message);
        }
    }

    private GrammarNode Body(ValueSet set)
    {
        var options = ScalarWriter.Write(set).ToList();
        foreach (var shape in set.AllArrays ? [_expander.Shapes.AnyArray] : set.Arrays)
        {
            options.Add(_arrays.Write(shape));
        }

        foreach (var shape in set.AllObjects ? [_expander.Shapes.AnyObject] : set.Objects)
        {
            options.Add(_objects.Write(shape));
        }

        return GrammarNode.Choice(options);
    }
}
