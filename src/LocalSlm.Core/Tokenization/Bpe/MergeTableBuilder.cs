namespace LocalSlm.Tokenization.Bpe;

/// <summary>Collects merges, in their order, and checks them against the vocabulary.</summary>
/// <param name="vocabulary">The vocabulary.</param>
/// <param name="continuingPrefix">What symbols inside a piece begin with; a merge leaves it out of its right half.</param>
internal sealed class MergeTableBuilder(Utf8Vocabulary vocabulary, string continuingPrefix)
{
    private readonly byte[] _prefix = System.Text.Encoding.UTF8.GetBytes(continuingPrefix);
    private readonly List<(int Left, int Right, int Result)> _merges = [];
    private byte[] _joined = new byte[256];

    /// <summary>Gets how many merges there are so far.</summary>
    public int Count => _merges.Count;

    /// <summary>Adds a merge that is written as its halves with one space between.</summary>
    /// <exception cref="FormatException">It is none, or an entry is missing.</exception>
    public void AddLine(ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || space == line.Length - 1 || line[(space + 1)..].Contains((byte)' '))
        {
            throw new FormatException($"Merge {Count} ('{Show(line)}') is not two entries with a space between.");
        }

        Add(line[..space], line[(space + 1)..]);
    }

    /// <summary>Adds a merge.</summary>
    /// <exception cref="FormatException">An entry is missing.</exception>
    public void Add(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var rest = right.Length >= _prefix.Length ? right[_prefix.Length..] : right;
        var length = left.Length + rest.Length;
        if (_joined.Length < length)
        {
            _joined = new byte[length * 2];
        }

        left.CopyTo(_joined);
        rest.CopyTo(_joined.AsSpan(left.Length));
        _merges.Add((Find(left, left, right), Find(right, left, right), Find(_joined.AsSpan(0, length), left, right)));
    }

    /// <summary>Makes the table.</summary>
    public MergeTable Build()
    {
        var table = new MergeTable(_merges.Count);
        for (var rank = 0; rank < _merges.Count; rank++)
        {
            table.Set(_merges[rank].Left, _merges[rank].Right, rank, _merges[rank].Result);
        }

        return table;
    }

    private int Find(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var id = vocabulary.Find(entry);
        return id >= 0
            ? id
            : throw new FormatException(
                $"Merge {Count} ('{Show(left)}' with '{Show(right)}') needs '{Show(entry)}', which is not in the vocabulary."
            );
    }

    private static string Show(ReadOnlySpan<byte> text) =>
        System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 60)]);
}
