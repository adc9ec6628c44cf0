namespace LocalSlm.Templating;

/// <summary>What <c>cycler()</c> makes: goes round its items.</summary>
internal sealed class CyclerValue(object?[] items)
{
    private int _position;

    public object? Current => items[_position];

    public object? Next()
    {
        object? current = Current;
        _position = (_position + 1) % items.Length;
        return current;
    }

    public void Reset() => _position = 0;
}
