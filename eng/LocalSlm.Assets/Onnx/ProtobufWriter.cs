namespace LocalSlm.Assets.Onnx;

/// <summary>Writes the fields of one protobuf message. (Wire format: protobuf.dev, "Encoding".)</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;

    private readonly MemoryStream _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

    public ProtobufWriter Number(int field, ulong value)
    {
        Variable((ulong)field << 3 | Varint);
        Variable(value);
        return this;
    }

    /// <summary>Adds a string, a message or a packed list.</summary>
    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Variable((ulong)field << 3 | LengthDelimited);
        Variable((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtobufWriter Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

    private void Variable(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.WriteByte((byte)(value | 0x80));
        }

        _bytes.WriteByte((byte)value);
    }
}
