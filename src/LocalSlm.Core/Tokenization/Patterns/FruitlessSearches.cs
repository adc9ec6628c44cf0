namespace LocalSlm.Tokenization.Patterns;

/// <summary>Remembers, for one text, where a search went on beyond its match and found nothing more, so that later searches
/// need not walk there again: this keeps a whole run over a text linear (after T. Reps, "Maximal-Munch Tokenization in Linear
/// Time", 1998, with one remembered place in each <see cref="Patience"/>).</summary>
internal sealed class FruitlessSearches
{
    /// <summary>The distance of the places that are remembered.</summary>
    public const int Patience = 256;

    private const int MostEntries = 1_000_000;

    private readonly HashSet<(int Place, AutomatonState State)> _known = [];
    private readonly List<(int Place, AutomatonState State)> _pending = [];

    /// <summary>Looks up a place, and notes it down until it is known how this search ends.</summary>
    /// <param name="place">The place.</param>
    /// <param name="state">The state of the search there.</param>
    /// <param name="matchEnd">Where the best match so far ends.</param>
    /// <returns>Whether an earlier search was here in this state and found no match any more.</returns>
    public bool Contains(int place, AutomatonState state, int matchEnd)
    {
        if (_known.Contains((place, state)))
        {
            return true;
        }

        if (place > matchEnd)
        {
            _pending.Add((place, state));
        }

        return false;
    }

    /// <summary>Keeps what was noted beyond the match with which the search ended.</summary>
    public void Keep(int matchEnd)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        if (_known.Count > MostEntries)
        {
            _known.Clear();
        }

        foreach (var entry in _pending)
        {
            // At a place the match before it is known; one that ends there shows a step later.
            if (entry.Place > matchEnd)
            {
                _known.Add(entry);
            }
        }

        _pending.Clear();
    }
}
