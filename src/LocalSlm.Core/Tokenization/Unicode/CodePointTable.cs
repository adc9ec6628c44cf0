namespace LocalSlm.Tokenization.Unicode;

/// <summary>A value for each code point, in pages of 256 of which equal empty ones are one.</summary>
/// <typeparam name="T">The value.</typeparam>
internal sealed class CodePointTable<T>
    where T : unmanaged
{
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;

    private readonly ushort[] _index = new ushort[0x110000 >> PageBits];
    private readonly List<T> _building = [.. new T[PageSize]];
    private T[] _pages = new T[PageSize];

    /// <summary>Gets the value of a code point.</summary>
    /// <param name="codePoint">The code point, 0 to 0x10FFFF.</param>
    public T this[int codePoint] => _pages[(_index[codePoint >> PageBits] << PageBits) | (codePoint & (PageSize - 1))];

    /// <summary>Sets the value of a code point, while the table is built.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <param name="value">The value.</param>
    public void Set(int codePoint, T value)
    {
        ref var page = ref _index[codePoint >> PageBits];
        if (page == 0)
        {
            page = (ushort)(_building.Count >> PageBits);
            _building.AddRange(new T[PageSize]);
        }

        _building[(page << PageBits) | (codePoint & (PageSize - 1))] = value;
    }

    /// <summary>Ends the building.</summary>
    public void Freeze() => _pages = [.. _building];
}
