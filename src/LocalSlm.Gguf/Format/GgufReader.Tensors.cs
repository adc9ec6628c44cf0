using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using LocalSlm.Loading;

namespace LocalSlm.Gguf.Format;

/// <content>The list of tensors.</content>
internal static partial class GgufReader
{
    private static GgufTensor[] ReadTensors(GgufCursor cursor, int count, long alignment, out long dataOffset)
    {
        var heads = new TensorHead[count];
        var names = new HashSet<string>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            heads[i] = ReadTensorHead(cursor, names, i);
        }

        dataOffset = count == 0 ? cursor.Position : GgufFormat.Pad(cursor.Position, alignment);
        var tensors = new GgufTensor[count];
        var expected = 0L;
        for (var i = 0; i < count; i++)
        {
            var head = heads[i];
            if (head.Offset != (ulong)expected)
            {
                throw cursor.Fault(
                    $"the data of tensor '{head.Name}' begins at {head.Offset} of the data section; ggml demands {expected}, right after the tensor before it. The file is damaged.",
                    head.OffsetPosition
                );
            }

            var start = dataOffset + expected;
            if (head.Bytes > cursor.FileLength - start)
            {
                throw cursor.Fault(
                    $"the data of tensor '{head.Name}' ends at byte {(Int128)start + head.Bytes}; the file has {cursor.FileLength}. The download is incomplete; get it again.",
                    head.OffsetPosition
                );
            }

            tensors[i] = new(head.Name, head.Type, head.Dimensions, start, head.Bytes);
            expected = GgufFormat.Pad(expected + head.Bytes, alignment);
        }

        return tensors;
    }

    private static TensorHead ReadTensorHead(GgufCursor cursor, HashSet<string> names, int index)
    {
        var at = cursor.Position;
        var (start, length) = cursor.ReadString($"the name of tensor {index}", GgufFormat.TensorNameLimit);
        var name = DecodeName(cursor, start, length, "the name of tensor", index);
        if (!names.Add(name))
        {
            throw cursor.Fault($"the tensor '{name}' is there twice. The file is damaged.", at);
        }

        at = cursor.Position;
        var dimensionCount = cursor.ReadUInt32("the dimensions of a tensor");
        if (dimensionCount is 0 or > GgufFormat.MaxDimensions)
        {
            throw cursor.Fault($"the tensor '{name}' has {dimensionCount} dimensions; 1 to 4 are allowed.", at);
        }

        var dimensions = new long[dimensionCount];
        var values = (Int128)1;
        for (var i = 0; i < dimensions.Length; i++)
        {
            at = cursor.Position;
            dimensions[i] = (long)cursor.ReadUInt64("the dimensions of a tensor");
            if (dimensions[i] < 1)
            {
                throw cursor.Fault(
                    $"dimension {i} of the tensor '{name}' is {(ulong)dimensions[i]}; 1 to {long.MaxValue} is allowed.",
                    at
                );
            }

            values *= dimensions[i];
            if (values > long.MaxValue)
            {
                throw cursor.Fault(
                    $"the tensor '{name}' has more than {long.MaxValue} values. The file is damaged.",
                    at
                );
            }
        }

        at = cursor.Position;
        var type = (GgmlType)cursor.ReadUInt32("the type of a tensor");
        if (!GgmlTypeLayout.TryGet(type, out var layout))
        {
            throw cursor.Fault(
                (uint)type < (uint)GgmlTypeLayout.TypeIdLimit
                    ? $"the tensor '{name}' has the type {(uint)type}, which was removed from the format. Get a newly quantized file."
                    : $"the tensor '{name}' has the type {(uint)type}; types below {GgmlTypeLayout.TypeIdLimit} are known. The file is damaged, or newer than this library.",
                at
            );
        }

        if (dimensions[0] % layout.BlockValues != 0)
        {
            throw cursor.Fault(
                $"the first dimension of the tensor '{name}' is {dimensions[0]}; {type} packs {layout.BlockValues} values a block. The file is damaged.",
                at
            );
        }

        var bytes = values / layout.BlockValues * layout.BlockBytes;
        if (bytes > cursor.FileLength)
        {
            throw cursor.Fault(
                $"the tensor '{name}' takes {bytes} bytes; the file has {cursor.FileLength}. The file is damaged or incomplete; get it again.",
                at
            );
        }

        at = cursor.Position;
        var offset = cursor.ReadUInt64("the offset of a tensor");
        return new(name, type, dimensions, offset, at, (long)bytes);
    }

    // Native code keeps names as C strings: a zero byte would end them early, and two names could become one.
    private static string DecodeName(GgufCursor cursor, int start, int length, string what, int index)
    {
        var bytes = cursor.Slice(start, length);
        if (length == 0)
        {
            throw cursor.Fault($"{what} {index} is empty. The file is damaged.", start);
        }

        if (bytes.IndexOfAnyInRange((byte)0, (byte)31) >= 0)
        {
            throw cursor.Fault($"{what} {index} holds control characters. The file is damaged.", start);
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw cursor.Fault($"{what} {index} is no valid UTF-8. The file is damaged.", start, error);
        }
    }
}
