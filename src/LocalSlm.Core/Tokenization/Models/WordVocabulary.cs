namespace LocalSlm.Tokenization.Models;

/// <summary>A vocabulary of strings, looked up by spans.</summary>
internal sealed class WordVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly string?[] _names;

    /// <summary>Creates the vocabulary.</summary>
    /// <param name="entries">The entries and their ids, not negative; ids may have gaps.</param>
    /// <exception cref="ArgumentException">An entry or an id is there twice.</exception>
    public WordVocabulary(IReadOnlyCollection<KeyValuePair<string, int>> entries)
    {
        _ids = new Dictionary<string, int>(entries.Count, StringComparer.Ordinal);
        _names = new string?[entries.Count == 0 ? 0 : entries.Max(static entry => entry.Value) + 1];
        foreach (var (name, id) in entries)
        {
            if (_names[id] is { } other)
            {
                throw new ArgumentException($"The entries '{other}' and '{name}' have the same id {id}.");
            }

            if (!_ids.TryAdd(name, id))
            {
                throw new ArgumentException($"The entry '{name}' is there twice.");
            }

            _names[id] = name;
        }

        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Gets one more than the highest id.</summary>
    public int IdCount => _names.Length;

    /// <summary>Gets all entries.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>Finds an entry's id.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="id">Its id.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetId(ReadOnlySpan<char> name, out int id) => _lookup.TryGetValue(name, out id);

    /// <summary>Gets the entry of an id.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The entry, or <see langword="null"/>.</returns>
    public string? GetName(int id) => (uint)id < (uint)_names.Length ? _names[id] : null;
}
