using LocalSlm.Loading;

namespace LocalSlm.Gguf.Format;

/// <summary>The header of one GGUF file, read and checked. Immutable and safe to share; holds no open file.</summary>
internal sealed class GgufFile
{
    private readonly Dictionary<string, GgufValue> _values;

    internal GgufFile(
        string path,
        uint version,
        long fileLength,
        long dataOffset,
        IReadOnlyList<string> keys,
        Dictionary<string, GgufValue> values,
        IReadOnlyList<GgufTensor> tensors
    )
    {
        Path = path;
        Version = version;
        FileLength = fileLength;
        DataOffset = dataOffset;
        Keys = keys;
        _values = values;
        Tensors = tensors;
    }

    public string Path { get; }

    /// <summary>Gets what the file was when it was read; <see langword="null"/> where it came from a stream.</summary>
    public FileStamp? Stamp { get; internal set; }

    public uint Version { get; }

    public long FileLength { get; }

    /// <summary>Gets where tensor data begins, in bytes from the start of the file.</summary>
    public long DataOffset { get; }

    /// <summary>Gets the keys, in the file's order.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>Gets the tensors of this file, in its order.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>The value of a key, or <see langword="null"/>.</summary>
    public GgufValue? Find(string key) => _values.GetValueOrDefault(key);

    /// <summary>The text of a key, or <see langword="null"/> where the key is missing or no string.</summary>
    public string? FindString(string key) =>
        Find(key) is { Type: GgufValueType.String } value ? value.AsString() : null;

    /// <summary>The whole number of a key, or <see langword="null"/> where the key is missing or no whole number.</summary>
    public long? FindInteger(string key) => Find(key)?.AsInteger();

    /// <summary>The floating-point number of a key, or <see langword="null"/> where the key is missing or of another type.</summary>
    public double? FindNumber(string key) => Find(key)?.AsNumber();
}
