using System.Numerics;
using System.Runtime.InteropServices;

namespace LocalSlm.Tokenization;

/// <summary>Entries and their ids, both ways, in UTF-8 (or any other bytes), without an object per entry. Filled once by one
/// thread; then safe for concurrent use.</summary>
internal sealed class Utf8Vocabulary
{
    /// <summary>The highest id that is believed: the largest published vocabularies have about a million entries.</summary>
    public const int HighestId = 4_000_000;

    private const int MostStackBytes = 512;

    private byte[] _bytes = new byte[1 << 16];
    private int _used;
    private (int Start, int Length)[] _entries = new (int, int)[1 << 12];
    private Slot[] _slots = new Slot[1 << 13];
    private string?[] _names = [];

    /// <summary>Gets one more than the highest id.</summary>
    public int IdCount { get; private set; }

    /// <summary>Gets how many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an entry.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="id">Its id, from 0 to <see cref="HighestId"/>.</param>
    /// <exception cref="FormatException">The id is out of range, or entry or id are there already.</exception>
    public void Add(ReadOnlySpan<byte> name, long id)
    {
        if (id is < 0 or > HighestId)
        {
            throw new FormatException($"The entry '{Show(name)}' has the id {id}; ids run from 0 to {HighestId}.");
        }

        if (!TryAdd(name, (int)id))
        {
            throw new FormatException($"The entry '{Show(name)}' is there twice.");
        }
    }

    /// <summary>Adds an entry unless it is there already.</summary>
    /// <returns>Whether it was added.</returns>
    /// <exception cref="FormatException">The id belongs to another entry.</exception>
    public bool TryAdd(ReadOnlySpan<byte> name, int id)
    {
        var hash = Hash(name);
        if (Find(name, hash) >= 0)
        {
            return false;
        }

        if (id >= _entries.Length)
        {
            Array.Resize(ref _entries, (int)BitOperations.RoundUpToPowerOf2((uint)id + 1));
        }

        if (_entries[id].Start != 0)
        {
            throw new FormatException($"The entries '{Show(this[id])}' and '{Show(name)}' have the same id {id}.");
        }

        if (_bytes.Length - _used < name.Length)
        {
            Array.Resize(ref _bytes, (int)BitOperations.RoundUpToPowerOf2((uint)_used + (uint)name.Length));
        }

        // A start of 0 marks an id without an entry.
        name.CopyTo(_bytes.AsSpan(_used));
        _entries[id] = (_used + 1, name.Length);
        _used += name.Length;
        if (++Count * 2 > _slots.Length)
        {
            GrowSlots();
        }

        Put(new Slot(hash, id + 1));
        IdCount = Math.Max(IdCount, id + 1);
        return true;
    }

    /// <summary>Gets the bytes of an entry; empty for an id without one.</summary>
    public ReadOnlySpan<byte> this[int id]
    {
        get
        {
            if ((uint)id >= (uint)IdCount)
            {
                return default;
            }

            var (start, length) = _entries[id];
            return start == 0 ? default : _bytes.AsSpan(start - 1, length);
        }
    }

    /// <summary>Gets whether an id has an entry.</summary>
    public bool Has(int id) => (uint)id < (uint)IdCount && _entries[id].Start != 0;

    /// <summary>Finds an entry.</summary>
    /// <returns>Its id, or -1.</returns>
    public int Find(ReadOnlySpan<byte> name) => Find(name, Hash(name));

    /// <summary>Finds an entry.</summary>
    /// <returns>Its id, or -1.</returns>
    public int Find(ReadOnlySpan<char> name)
    {
        if (name.Length * 3 > MostStackBytes)
        {
            return Find(System.Text.Encoding.UTF8.GetBytes(name.ToArray()));
        }

        Span<byte> buffer = stackalloc byte[MostStackBytes];
        return Find(buffer[..System.Text.Encoding.UTF8.GetBytes(name, buffer)]);
    }

    /// <summary>Gets an entry as a string, made once.</summary>
    /// <returns>The string, or <see langword="null"/> for an id without an entry.</returns>
    public string? GetName(int id)
    {
        if (!Has(id))
        {
            return null;
        }

        if (_names.Length < IdCount)
        {
            Interlocked.CompareExchange(ref _names, new string?[IdCount], []);
            if (_names.Length < IdCount)
            {
                _names = new string?[IdCount];
            }
        }

        return _names[id] ??= System.Text.Encoding.UTF8.GetString(this[id]);
    }

    private static string Show(ReadOnlySpan<byte> name)
    {
        var text = System.Text.Encoding.UTF8.GetString(name[..Math.Min(name.Length, 60)]);
        return name.Length > 60 ? text + "…" : text;
    }

    /// <summary>Finds an entry whose <see cref="Hash"/> is known.</summary>
    /// <returns>Its id, or -1.</returns>
    public int Find(ReadOnlySpan<byte> name, uint hash)
    {
        var slots = _slots;
        for (var at = hash & (uint)(slots.Length - 1); ; at = (at + 1) & (uint)(slots.Length - 1))
        {
            var slot = slots[at];
            if (slot.IdPlusOne == 0)
            {
                return -1;
            }

            if (slot.Hash == hash)
            {
                var (start, length) = _entries[slot.IdPlusOne - 1];
                if (length == name.Length && _bytes.AsSpan(start - 1, length).SequenceEqual(name))
                {
                    return slot.IdPlusOne - 1;
                }
            }
        }
    }

    private void GrowSlots()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        foreach (var slot in old)
        {
            if (slot.IdPlusOne != 0)
            {
                Put(slot);
            }
        }
    }

    private void Put(Slot slot)
    {
        var at = slot.Hash & (uint)(_slots.Length - 1);
        while (_slots[at].IdPlusOne != 0)
        {
            at = (at + 1) & (uint)(_slots.Length - 1);
        }

        _slots[at] = slot;
    }

    /// <summary>Hashes bytes, eight at a time. The seed is the process's own: a file cannot be made to collide.</summary>
    public static uint Hash(ReadOnlySpan<byte> bytes)
    {
        const ulong Factor = 0x9E37_79B9_7F4A_7C15; // 2^64 divided by the golden ratio
        var hash = Seed ^ (ulong)bytes.Length;
        while (bytes.Length > 8)
        {
            hash = (BitOperations.RotateLeft(hash, 5) ^ MemoryMarshal.Read<ulong>(bytes)) * Factor;
            bytes = bytes[8..];
        }

        hash = (BitOperations.RotateLeft(hash, 5) ^ Tail(bytes)) * Factor;
        hash ^= hash >> 32;
        hash *= Factor;
        return (uint)(hash >> 32);
    }

    private static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 8)
        {
            return MemoryMarshal.Read<ulong>(bytes);
        }

        if (bytes.Length >= 4)
        {
            return MemoryMarshal.Read<uint>(bytes) | (ulong)MemoryMarshal.Read<uint>(bytes[^4..]) << 32;
        }

        return bytes.Length switch
        {
            0 => 0,
            1 => bytes[0],
            2 => bytes[0] | (ulong)bytes[1] << 8,
            _ => bytes[0] | (ulong)bytes[1] << 8 | (ulong)bytes[2] << 16,
        };
    }

    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    private readonly record struct Slot(uint Hash, int IdPlusOne);
}
