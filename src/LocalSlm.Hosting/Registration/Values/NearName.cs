namespace LocalSlm.Hosting.Registration.Values;

/// <summary>Finds the known name that an unknown one was probably meant to be.</summary>
internal static class NearName
{
    /// <summary>Finds the nearest known name.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">The known names.</param>
    /// <returns>A name that differs, in whatever case, by at most two letters, and by less than half of them; else
    /// <see langword="null"/>.</returns>
    public static string? Find(string name, IEnumerable<string> known)
    {
        string? nearest = null;
        var least = 3;
        foreach (var candidate in known)
        {
            // A hostile name is not compared: names are short.
            if (int.Abs(candidate.Length - name.Length) < least && Distance(name, candidate) is var distance)
            {
                if (distance < least && distance * 2 < candidate.Length)
                {
                    least = distance;
                    nearest = candidate;
                }
            }
        }

        return nearest;
    }

    // Insertions, deletions, exchanges of a letter, and swaps of neighbours (optimal string alignment).
    private static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++)
        {
            previous[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var cost = Same(left[row - 1], right[column - 1]) ? 0 : 1;
                current[column] = int.Min(
                    int.Min(previous[column] + 1, current[column - 1] + 1),
                    previous[column - 1] + cost
                );
                if (
                    row > 1
                    && column > 1
                    && Same(left[row - 1], right[column - 2])
                    && Same(left[row - 2], right[column - 1])
                )
                {
                    current[column] = int.Min(current[column], before[column - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[right.Length];
    }

    private static bool Same(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
