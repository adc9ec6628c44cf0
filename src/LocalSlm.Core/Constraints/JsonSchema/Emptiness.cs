namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Tells whether a set holds no value at all. "Not empty" may be wrong where the search would be too long or something
/// cannot be enforced; "empty" is always right.</summary>
internal sealed class Emptiness(SchemaExpander expander)
{
    /// <summary>How many terms one question may look into.</summary>
    private const int Budget = 2_000;

    private readonly Dictionary<int, bool> _known = [];
    private HashSet<int> _open = [];
    private int _depth;
    private int _left;
    private bool _assumed;

    /// <summary>Asks on its own, whatever question is open: for answers that are kept.</summary>
    public bool IsEmptyForCertain(ObjectShape shape) => Afresh(shape, IsEmpty);

    /// <summary>Asks on its own, whatever question is open: for answers that are kept.</summary>
    public bool IsEmptyForCertain(ArrayShape shape) => Afresh(shape, IsEmpty);

    /// <summary>Asks on its own, whatever question is open: for answers that are kept.</summary>
    public bool IsEmptyForCertain(SchemaTerm term) => Afresh(term, IsEmpty);

    private bool IsEmpty(ObjectShape shape)
    {
        if (shape.Max < shape.Min)
        {
            return true;
        }

        foreach (var member in shape.Members)
        {
            if (member.Required && IsEmpty(member.Value))
            {
                return true;
            }
        }

        return shape.Needed.Any(needed => needed.Names.IsEmpty);
    }

    private bool IsEmpty(ArrayShape shape)
    {
        if (shape.Max < shape.Min)
        {
            return true;
        }

        // Items of one kind behind the prefix: one of them tells of all.
        var needed = Math.Min(shape.Min, shape.Prefix.Count + 1);
        for (var i = 0; i < needed; i++)
        {
            if (IsEmpty(shape.ItemAt(i)))
            {
                return true;
            }
        }

        return shape.Counts.Any(count => (count.Max < count.Min) || (count.Min > 0 && IsEmpty(count.Item)));
    }

    private bool IsEmpty(SchemaTerm term)
    {
        if (term.Kind is TermKind.Any or TermKind.Never)
        {
            return term.Kind == TermKind.Never;
        }

        if (_known.TryGetValue(term.Id, out var known))
        {
            return known;
        }

        var isRoot = _open.Count == 0;

        // A value that needs itself is no value: whoever asks may take it for empty, but must not remember what follows from that.
        if (!_open.Add(term.Id))
        {
            _assumed = true;
            return true;
        }

        try
        {
            var empty = _left-- > 0 && IsEmpty(expander.ExpandStrictly(term));
            if (!empty || !_assumed || isRoot)
            {
                _known[term.Id] = empty;
            }

            return empty;
        }
        catch (Exception e) when (e is SchemaRefusal or OpenTermException or GrammarException)
        {
            return false;
        }
        finally
        {
            _open.Remove(term.Id);
        }
    }

    private bool Afresh<T>(T about, Func<T, bool> ask)
    {
        var (open, assumed) = (_open, _assumed);
        (_open, _assumed) = ([], false);
        if (_depth++ == 0)
        {
            _left = Budget;
        }

        try
        {
            return ask(about);
        }
        finally
        {
            _depth--;
            (_open, _assumed) = (open, assumed);
        }
    }

    private bool IsEmpty(ValueSet set) =>
        !set.HasScalars && !set.AllArrays && !set.AllObjects && set.Arrays.All(IsEmpty) && set.Objects.All(IsEmpty);
}
