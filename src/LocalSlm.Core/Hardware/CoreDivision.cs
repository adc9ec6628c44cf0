namespace LocalSlm.Hardware;

/// <summary>Divides cores among models that compute at once: everybody gets the same, except that nobody gets more than it can use,
/// and what cannot be divided goes to those who have been there longest. Pure.</summary>
internal static class CoreDivision
{
    /// <summary>Gets one model's share.</summary>
    /// <param name="index">Which model.</param>
    /// <param name="wants">The most threads that each model can use, all models included, those who have been there longest
    /// first.</param>
    /// <param name="cores">The cores there are.</param>
    /// <returns>At least 1, even if the models outnumber the cores; all that it wants, if it is the only one.</returns>
    public static int ShareOf(int index, ReadOnlySpan<int> wants, int cores)
    {
        if (wants.Length == 1)
        {
            return Math.Max(1, wants[0]);
        }

        // Everybody's share is raised by one for as long as that can be done for all who want more.
        var level = 0;
        var left = cores;
        var rising = CountAbove(wants, level);
        while (rising > 0 && rising <= left)
        {
            left -= rising;
            rising = CountAbove(wants, ++level);
        }

        var own = Math.Min(wants[index], level);
        if (wants[index] > level && CountAbove(wants[..index], level) < left)
        {
            own++;
        }

        return Math.Max(1, own);
    }

    private static int CountAbove(ReadOnlySpan<int> wants, int level)
    {
        var count = 0;
        foreach (var want in wants)
        {
            count += want > level ? 1 : 0;
        }

        return count;
    }
}
