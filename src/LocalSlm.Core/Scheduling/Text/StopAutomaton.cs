using System.Buffers;
using System.Text;

namespace LocalSlm.Scheduling;

/// <summary>Finds several stop sequences in one pass, character by character (Aho–Corasick). Immutable.</summary>
/// <remarks>A state stands for the longest end of the text so far that begins a stop sequence.</remarks>
internal sealed class StopAutomaton
{
    public const int Start = 0;

    private readonly Dictionary<(int State, char Next), int> _edges = [];
    private readonly List<int> _fallback = [Start];
    private readonly List<int> _depth = [0];
    private readonly List<int> _matchLength = [0];

    /// <exception cref="ArgumentException">A stop sequence is empty, or holds half a surrogate pair, which no text
    /// contains.</exception>
    public StopAutomaton(IReadOnlyList<string> stopSequences)
    {
        foreach (string stop in stopSequences)
        {
            Add(stop);
        }

        FirstCharacters = SearchValues.Create([.. stopSequences.Select(s => s[0])]);
        Link();
    }

    /// <summary>Gets the characters that leave the start.</summary>
    public SearchValues<char> FirstCharacters { get; }

    /// <summary>Gives how many of the last characters begin a stop sequence.</summary>
    public int DepthOf(int state) => _depth[state];

    /// <summary>Gives the length of the longest stop sequence that ends here; 0 for none.</summary>
    public int MatchLengthAt(int state) => _matchLength[state];

    public int Next(int state, char character)
    {
        int next;
        while (!_edges.TryGetValue((state, character), out next))
        {
            if (state == Start)
            {
                return Start;
            }

            state = _fallback[state];
        }

        return next;
    }

    private void Add(string stop)
    {
        if (string.IsNullOrEmpty(stop))
        {
            throw new ArgumentException("A stop sequence is empty.", nameof(stop));
        }

        for (int i = 0; i < stop.Length; )
        {
            if (!Rune.TryGetRuneAt(stop, i, out Rune rune))
            {
                throw new ArgumentException(
                    $"A stop sequence holds half a surrogate pair at character {i}.",
                    nameof(stop)
                );
            }

            i += rune.Utf16SequenceLength;
        }

        int state = Start;
        foreach (char character in stop)
        {
            if (!_edges.TryGetValue((state, character), out int next))
            {
                next = _depth.Count;
                _edges.Add((state, character), next);
                _depth.Add(_depth[state] + 1);
                _fallback.Add(Start);
                _matchLength.Add(0);
            }

            state = next;
        }

        _matchLength[state] = stop.Length;
    }

    private void Link()
    {
        // By rising depth: a state's fallback is less deep, so it is complete when it is needed.
        foreach (((int from, char character), int state) in _edges.OrderBy(e => _depth[e.Value]))
        {
            _fallback[state] = from == Start ? Start : Next(_fallback[from], character);
            if (_matchLength[state] == 0)
            {
                _matchLength[state] = _matchLength[_fallback[state]];
            }
        }
    }
}
