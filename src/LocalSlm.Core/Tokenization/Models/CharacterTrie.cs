using System.Numerics;

namespace LocalSlm.Tokenization.Models;

/// <summary>Strings with values, found by walking character after character. Filled by one thread; then safe for concurrent
/// use.</summary>
/// <remarks>Edges lie in one open-addressed table, each in 64 bits (node, character, next node), so that a step is one access
/// to memory, whatever the number of children.</remarks>
internal sealed class CharacterTrie
{
    /// <summary>The node where every walk begins.</summary>
    public const int Root = 0;

    /// <summary>The length up to which strings are believed: it bounds what each place of a text costs.</summary>
    public const int MostCharacters = 1_024;

    private const int NodeBits = 24;
    private const int MostNodes = 1 << NodeBits;
    private const ulong TargetMask = MostNodes - 1;

    /// <summary>The process's own, so that a file cannot be made to collide.</summary>
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    // Node, character and target; no edge leads to the root, so a target of 0 marks a free place.
    private ulong[] _edges;
    private int _edgeCount;
    private int[] _values;
    private int _nodes = 1;

    /// <summary>Creates an empty trie.</summary>
    /// <param name="characters">About how many characters the strings have together.</param>
    public CharacterTrie(int characters = 16)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(characters, 16, MostNodes));
        _edges = new ulong[size];
        _values = new int[Math.Max(16, size / 2)];
        _values[Root] = -1;
    }

    /// <summary>Adds a string; the last value of a string counts.</summary>
    /// <param name="text">The string, not empty.</param>
    /// <param name="value">Its value, not negative.</param>
    /// <exception cref="FormatException">The string, or all together, have too many characters.</exception>
    public void Add(ReadOnlySpan<char> text, int value)
    {
        if (text.Length > MostCharacters)
        {
            throw new FormatException(
                $"The entry {value} of the vocabulary has {text.Length} characters; the limit is {MostCharacters}."
            );
        }

        var node = Root;
        foreach (var c in text)
        {
            var next = Step(node, c);
            node = next < 0 ? Link(node, c) : next;
        }

        _values[node] = value;
    }

    /// <summary>Goes from a node along a character.</summary>
    /// <param name="node">The node.</param>
    /// <param name="character">The character.</param>
    /// <returns>The next node, or -1.</returns>
    public int Step(int node, char character)
    {
        var edges = _edges;
        var key = Key(node, character);
        for (var i = Hash(key); ; i++)
        {
            var edge = edges[i & (uint)(edges.Length - 1)];
            if ((edge & ~TargetMask) == key && edge != key)
            {
                return (int)(edge & TargetMask);
            }

            if (edge == 0)
            {
                return -1;
            }
        }
    }

    /// <summary>Gets the value of the string that ends at a node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The value, or -1 where none ends.</returns>
    public int GetValue(int node) => _values[node];

    private static ulong Key(int node, char character) =>
        ((ulong)(uint)node << (16 + NodeBits)) | ((ulong)character << NodeBits);

    // 2^64 divided by the golden ratio spreads the bits.
    private static uint Hash(ulong key) => (uint)(((key >> NodeBits) ^ Seed) * 0x9E37_79B9_7F4A_7C15 >> 32);

    private int Link(int node, char character)
    {
        if (_nodes == MostNodes)
        {
            throw new FormatException($"The vocabulary has more than {MostNodes} characters.");
        }

        if (2 * (_edgeCount + 1) > _edges.Length)
        {
            var old = _edges;
            _edges = new ulong[2 * old.Length];
            foreach (var edge in old)
            {
                if (edge != 0)
                {
                    Place(edge);
                }
            }
        }

        if (_nodes == _values.Length)
        {
            Array.Resize(ref _values, 2 * _values.Length);
        }

        _values[_nodes] = -1;
        _edgeCount++;
        Place(Key(node, character) | (uint)_nodes);
        return _nodes++;
    }

    private void Place(ulong edge)
    {
        var i = Hash(edge & ~TargetMask);
        while (_edges[i & (uint)(_edges.Length - 1)] != 0)
        {
            i++;
        }

        _edges[i & (uint)(_edges.Length - 1)] = edge;
    }
}
