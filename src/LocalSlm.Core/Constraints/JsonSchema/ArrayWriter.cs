using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Writes arrays.</summary>
internal sealed class ArrayWriter(GrammarWriter writer)
{
    private readonly JsonLayout _layout = writer.Layout;
    private readonly UniqueArrayWriter _unique = new(writer);
    private readonly CountedArrayWriter _counted = new(writer);

    public GrammarNode Write(ArrayShape shape)
    {
        var max = shape.Max;
        for (var i = 0; i <= shape.Prefix.Count; i++)
        {
            if (shape.ItemAt(i).Kind == TermKind.Never && !(max < i))
            {
                max = i;
                break;
            }
        }

        if (max < shape.Min)
        {
            return GrammarNode.Never;
        }

        shape = shape with { Max = max };
        if (shape.Unique is { } unique && !(max <= 1))
        {
            if (shape.Counts.Count > 0)
            {
                writer.Expander.Refuse(unique, "it cannot be combined with contains. Take one of them out.");
            }
            else if (_unique.Write(shape, unique) is { } node)
            {
                return node;
            }
        }

        return shape.Counts.Count > 0 && _counted.Write(shape) is { } counted ? counted : Plain(shape);
    }

    private GrammarNode Plain(ArrayShape shape)
    {
        if (shape.Max == 0)
        {
            return _layout.EmptyArray;
        }

        // The first item has no comma before it, so that it is written alone even where it is like the others.
        var alone = Math.Max(1, Math.Min(shape.Prefix.Count, shape.Max ?? int.MaxValue));
        var tail =
            shape.Max == alone
                ? GrammarNode.Empty
                : GrammarNode.Repeat(Next(shape.Rest), Math.Max(0, shape.Min - alone), shape.Max - alone);
        for (var i = alone - 1; i > 0; i--)
        {
            var more = GrammarNode.Sequence(Next(shape.ItemAt(i)), tail);
            tail = i < shape.Min ? more : GrammarNode.Optional(more);
        }

        var some = GrammarNode.Sequence(_layout.OpenArray, writer.Node(shape.ItemAt(0)), tail, _layout.CloseArray);
        return shape.Min > 0 ? some : GrammarNode.Choice(some, _layout.EmptyArray);
    }

    private GrammarNode Next(SchemaTerm item) => GrammarNode.Sequence(_layout.Comma, writer.Node(item));
}
