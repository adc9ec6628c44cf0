namespace LocalSlm.Constraints.Grammar;

/// <summary>An item again and again. Counts may be large: they are counted, not unrolled.</summary>
internal sealed class RepeatNode : GrammarNode
{
    public RepeatNode(GrammarNode item, int min, int? max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(min);
        if (max is { } most)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(most, min, nameof(max));
        }

        (Item, Min, Max) = (item, min, max);
    }

    public GrammarNode Item { get; }

    public int Min { get; }

    /// <summary>Gets the most times; <see langword="null"/> for any number.</summary>
    public int? Max { get; }
}
