namespace LocalSlm.Constraints.Masking;

/// <summary>Characters that grammars mostly do not tell apart: all outside ASCII, and some within. Immutable.</summary>
internal sealed class PlainCharacters
{
    private readonly bool[] _ascii = new bool[0x80];
    private readonly byte[] _bytes;

    private PlainCharacters(Func<char, bool> isPlain)
    {
        for (var i = 0; i < _ascii.Length; i++)
        {
            _ascii[i] = isPlain((char)i);
        }

        _bytes = [.. Enumerable.Range(0, _ascii.Length).Where(i => _ascii[i]).Select(static i => (byte)i)];
    }

    /// <summary>Gets all that stand unescaped in a JSON string.</summary>
    public static PlainCharacters OfJson { get; } =
        new(static character => character is >= ' ' and <= '~' and not ('"' or '\\'));

    /// <summary>Gets the same without punctuation, which texts up to an end tag or a quotation mark look at.</summary>
    public static PlainCharacters OfWords { get; } =
        new(static character => character == ' ' || char.IsAsciiLetterOrDigit(character));

    /// <summary>Gets all kinds, the widest first.</summary>
    public static IReadOnlyList<PlainCharacters> All { get; } = [OfJson, OfWords];

    /// <summary>Gets those within ASCII.</summary>
    public ReadOnlySpan<byte> Ascii => _bytes;

    /// <summary>Tells whether a byte is one of the characters within ASCII.</summary>
    public bool HasAscii(byte value) => value < _ascii.Length && _ascii[value];
}
