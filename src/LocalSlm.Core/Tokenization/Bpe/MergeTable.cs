using System.Numerics;
using System.Runtime.CompilerServices;

namespace LocalSlm.Tokenization.Bpe;

/// <summary>Which pairs of tokens merge, in which order of preference, to which token. Filled once by one thread; then safe for
/// concurrent use.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int NoRank = int.MaxValue;

    private readonly Entry[] _entries;
    private readonly uint _mask;
    private readonly int[] _results;

    /// <param name="count">How many merges there are at most.</param>
    public MergeTable(int count)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count) * 2);
        _entries = new Entry[size];
        _mask = size - 1;
        _results = new int[count];
    }

    /// <summary>Gets how many merges were set.</summary>
    public int Count { get; private set; }

    /// <summary>Sets what a pair merges to. A pair that comes twice keeps its later rank.</summary>
    public void Set(int left, int right, int rank, int result)
    {
        var key = Key(left, right);
        var at = Home(key);
        while (_entries[at].Key != 0 && _entries[at].Key != key)
        {
            at = (at + 1) & _mask;
        }

        Count += _entries[at].Key == 0 ? 1 : 0;
        _entries[at] = new Entry(key, rank);
        _results[rank] = result;
    }

    /// <summary>Gets the rank of a pair; low ones come first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int GetRank(int left, int right)
    {
        var key = Key(left, right);
        var entries = _entries;
        for (var at = Home(key); at < (uint)entries.Length; at = (at + 1) & _mask)
        {
            ref var entry = ref entries[at];
            if (entry.Key == key)
            {
                return entry.Rank;
            }

            if (entry.Key == 0)
            {
                break;
            }
        }

        return NoRank;
    }

    /// <summary>Gets the token that the merge of a rank makes.</summary>
    public int GetResult(int rank) => _results[rank];

    /// <summary>Gets a key that is never 0.</summary>
    private static ulong Key(int left, int right) => ((ulong)(uint)left + 1) << 32 | (uint)right;

    private uint Home(ulong key) => (uint)(key * 0x9E37_79B9_7F4A_7C15 >> 32) & _mask;

    private readonly record struct Entry(ulong Key, int Rank);
}
