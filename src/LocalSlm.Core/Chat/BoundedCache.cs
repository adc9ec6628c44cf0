namespace LocalSlm.Chat;

/// <summary>Keeps the values that were used last. Safe for concurrent use; a value may be made twice, if two ask for it at once.</summary>
/// <typeparam name="T">The values.</typeparam>
/// <param name="capacity">The most values kept.</param>
internal sealed class BoundedCache<T>(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, T Value)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, T Value)> _order = new();

    /// <summary>Gets a value, and makes it if there is none. What making it throws is not kept.</summary>
    public T GetOrAdd(string key, Func<T> make)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(key, out var known))
            {
                _order.Remove(known);
                _order.AddFirst(known);
                return known.Value.Value;
            }
        }

        var value = make();
        lock (_gate)
        {
            if (_nodes.TryGetValue(key, out var other))
            {
                return other.Value.Value;
            }

            _nodes[key] = _order.AddFirst((key, value));
            if (_order.Count > capacity)
            {
                _nodes.Remove(_order.Last!.Value.Key);
                _order.RemoveLast();
            }

            return value;
        }
    }
}
