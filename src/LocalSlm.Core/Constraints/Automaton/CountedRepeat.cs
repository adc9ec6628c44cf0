namespace LocalSlm.Constraints.Automaton;

/// <summary>A repeat whose rounds are counted.</summary>
/// <param name="Entry">The first instruction of a round.</param>
/// <param name="Exit">The instruction behind the repeat.</param>
/// <param name="Min">The fewest rounds.</param>
/// <param name="Max">The most rounds; <see cref="int.MaxValue"/> for any number.</param>
internal readonly record struct CountedRepeat(int Entry, int Exit, int Min, int Max)
{
    /// <summary>Gets the number of finished rounds that stands for <paramref name="count"/> where a text of at most
    /// <paramref name="reach"/> more rounds is looked at: what lies further off makes no difference.</summary>
    public int Clamp(int count, int reach)
    {
        if (count < Min)
        {
            return Min - count > reach + 1 ? Min - reach - 1 : count;
        }

        return Max == int.MaxValue ? Min
            : Max - count > reach + 1 ? Math.Max(Min, Max - reach - 1)
            : count;
    }
}
