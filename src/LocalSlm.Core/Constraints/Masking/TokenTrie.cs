namespace LocalSlm.Constraints.Masking;

/// <summary>The bytes of tokens as a tree, written flat: a node stands before all below it. Immutable.</summary>
internal sealed class TokenTrie
{
    private readonly byte[] _values;
    private readonly ushort[] _depths;
    private readonly int[] _ends;
    private readonly int[] _tokens;
    private readonly int[] _sameBytes;

    private TokenTrie(byte[] values, ushort[] depths, int[] ends, int[] tokens, int[] sameBytes, int deepest)
    {
        _values = values;
        _depths = depths;
        _ends = ends;
        _tokens = tokens;
        _sameBytes = sameBytes;
        Deepest = deepest;
    }

    /// <summary>Gets the number of nodes; the root is none of them.</summary>
    public int NodeCount => _values.Length;

    /// <summary>Gets the length of the longest token, in bytes.</summary>
    public int Deepest { get; }

    /// <summary>Gets the byte of each node.</summary>
    public ReadOnlySpan<byte> Values => _values;

    /// <summary>Gets how many bytes lead to each node, its own included.</summary>
    public ReadOnlySpan<ushort> Depths => _depths;

    /// <summary>Gets the first node behind all that are below each node.</summary>
    public ReadOnlySpan<int> Ends => _ends;

    /// <summary>Gets the token that ends at each node, or -1. There may be more; see <see cref="SameBytes"/>.</summary>
    public ReadOnlySpan<int> Tokens => _tokens;

    /// <summary>Gets for each token another one of the same bytes, or -1.</summary>
    public ReadOnlySpan<int> SameBytes => _sameBytes;

    /// <summary>Builds the tree.</summary>
    /// <param name="tokens">The tokens, sorted by bytes; none is empty or longer than 65535 bytes.</param>
    /// <param name="spellings">Their bytes.</param>
    public static TokenTrie Build(ReadOnlySpan<int> tokens, TokenBytes spellings)
    {
        var values = new List<byte>(tokens.Length * 2);
        var depths = new List<ushort>(tokens.Length * 2);
        var ends = new List<int>(tokens.Length * 2);
        var ids = new List<int>(tokens.Length * 2);
        var sameBytes = new int[spellings.Size];
        Array.Fill(sameBytes, -1);
        var path = new List<int>();
        ReadOnlySpan<byte> before = [];
        foreach (var token in tokens)
        {
            var bytes = spellings.Get(token);
            var common = before.CommonPrefixLength(bytes);
            Close(path, common, ends, values.Count);
            for (var i = common; i < bytes.Length; i++)
            {
                path.Add(values.Count);
                values.Add(bytes[i]);
                depths.Add((ushort)(i + 1));
                ends.Add(0);
                ids.Add(-1);
            }

            sameBytes[token] = ids[path[^1]];
            ids[path[^1]] = token;
            before = bytes;
        }

        Close(path, 0, ends, values.Count);
        return new TokenTrie(
            [.. values],
            [.. depths],
            [.. ends],
            [.. ids],
            sameBytes,
            depths.Count == 0 ? 0 : depths.Max()
        );
    }

    /// <summary>Finds the node of some bytes.</summary>
    /// <returns>The node, or -1 if no token begins with them.</returns>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        var (from, to) = (0, NodeCount);
        var found = -1;
        foreach (var value in bytes)
        {
            for (found = from; found < to && _values[found] != value; )
            {
                found = _ends[found];
            }

            if (found >= to)
            {
                return -1;
            }

            (from, to) = (found + 1, _ends[found]);
        }

        return found;
    }

    /// <summary>Finds the longest token that some bytes begin with.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="length">Its length.</param>
    /// <returns>The token, or -1 if there is none.</returns>
    public int FindLongest(ReadOnlySpan<byte> bytes, out int length)
    {
        var token = -1;
        length = 0;
        var (from, to) = (0, NodeCount);
        for (var i = 0; i < bytes.Length; i++)
        {
            var node = from;
            while (node < to && _values[node] != bytes[i])
            {
                node = _ends[node];
            }

            if (node >= to)
            {
                break;
            }

            if (_tokens[node] >= 0)
            {
                (token, length) = (_tokens[node], i + 1);
            }

            (from, to) = (node + 1, _ends[node]);
        }

        return token;
    }

    private static void Close(List<int> path, int keep, List<int> ends, int end)
    {
        for (var i = path.Count - 1; i >= keep; i--)
        {
            ends[path[i]] = end;
        }

        path.RemoveRange(keep, path.Count - keep);
    }
}
