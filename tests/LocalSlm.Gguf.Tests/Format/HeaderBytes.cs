using System.Text;
using LocalSlm.Gguf.Format;

namespace LocalSlm.Tests.Format;

/// <summary>Spells a file byte by byte, so that faults can be put anywhere and the writer is not its own witness.</summary>
internal sealed class HeaderBytes
{
    private readonly MemoryStream _bytes = new();

    public HeaderBytes(uint version = 3, ulong tensors = 0, ulong values = 0) =>
        Raw("GGUF"u8.ToArray()).U32(version).U64(tensors).U64(values);

    public HeaderBytes Raw(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public HeaderBytes U32(uint value) => Raw(BitConverter.GetBytes(value));

    public HeaderBytes U64(ulong value) => Raw(BitConverter.GetBytes(value));

    public HeaderBytes Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        return U64((ulong)bytes.Length).Raw(bytes);
    }

    public HeaderBytes Tensor(string name, uint type, ulong offset, params ulong[] dimensions)
    {
        Text(name).U32((uint)dimensions.Length);
        foreach (var dimension in dimensions)
        {
            U64(dimension);
        }

        return U32(type).U64(offset);
    }

    public byte[] ToBytes() => _bytes.ToArray();

    public GgufFile Read() => Read(ToBytes());

    public static GgufFile Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return GgufReader.Read(stream, "test.gguf");
    }

    /// <summary>Pads the header and appends so much data.</summary>
    public HeaderBytes Data(int bytes)
    {
        while (_bytes.Length % 32 != 0)
        {
            _bytes.WriteByte(0);
        }

        return Raw(new byte[bytes]);
    }
}
