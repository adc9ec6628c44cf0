namespace LocalSlm.Gguf.Format;

/// <summary>Bytes of text, compared by value: tokens need not be valid UTF-8, and decoding them all would be slow.</summary>
/// <param name="bytes">The bytes.</param>
internal readonly struct Utf8Key(ReadOnlyMemory<byte> bytes) : IEquatable<Utf8Key>
{
    private readonly ReadOnlyMemory<byte> _bytes = bytes;

    public bool Equals(Utf8Key other) => _bytes.Span.SequenceEqual(other._bytes.Span);

    public override bool Equals(object? obj) => obj is Utf8Key other && Equals(other);

    public override int GetHashCode()
    {
        // HashCode is seeded anew in every process: a file cannot be made to collide.
        var hash = default(HashCode);
        hash.AddBytes(_bytes.Span);
        return hash.ToHashCode();
    }
}
