using CsCheck;
using LocalSlm.Gguf.Format;

namespace LocalSlm.Tests.Format;

public sealed class GgufRoundTripTests
{
    private static readonly Gen<GgufValue> Scalar = Gen.OneOf(
        Gen.Byte.Select(v => (GgufValue)v),
        Gen.SByte.Select(v => (GgufValue)v),
        Gen.UShort.Select(v => (GgufValue)v),
        Gen.Short.Select(v => (GgufValue)v),
        Gen.UInt.Select(v => (GgufValue)v),
        Gen.Int.Select(v => (GgufValue)v),
        Gen.Float.Select(v => (GgufValue)v),
        Gen.Bool.Select(v => (GgufValue)v),
        Gen.String.Where(IsUnicode).Select(v => (GgufValue)v),
        Gen.ULong.Select(v => (GgufValue)v),
        Gen.Long.Select(v => (GgufValue)v),
        Gen.Double.Select(v => (GgufValue)v)
    );

    private static readonly Gen<GgufValue> Array = Gen.OneOf(
        Gen.Byte.Array[0, 9].Select(v => GgufValue.Array<byte>(v)),
        Gen.Short.Array[0, 9].Select(v => GgufValue.Array<short>(v)),
        Gen.UInt.Array[0, 9].Select(v => GgufValue.Array<uint>(v)),
        Gen.Float.Array[0, 9].Select(v => GgufValue.Array<float>(v)),
        Gen.Bool.Array[0, 9].Select(v => GgufValue.Array<bool>(v)),
        Gen.Long.Array[0, 9].Select(v => GgufValue.Array<long>(v)),
        Gen.String.Where(IsUnicode).Array[0, 9].Select(v => GgufValue.Array(v))
    );

    private static readonly Gen<GgufValue> Value = Gen.OneOf(
        Scalar,
        Array,
        Array.Array[0, 4].Select(v => GgufValue.Array(v))
    );

    private static readonly Gen<(GgmlType Type, long[] Dimensions)> Shape = Gen.Select(
        Gen.OneOfConst(GgmlType.F32, GgmlType.F16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q6_K, GgmlType.I32),
        Gen.Long[1, 3].Array[1, 4],
        (type, dimensions) =>
            (type, (long[])[dimensions[0] * GgmlTypeLayout.Of(type).BlockValues, .. dimensions.Skip(1)])
    );

    [Fact]
    public void WriteThenRead_AnyFile_GivesTheSameBack() =>
        Gen.Select(Value.Array[0, 12], Shape.Array[0, 6], Gen.OneOfConst(8u, 32u, 64u, 4096u), Gen.OneOfConst(2u, 3u))
            .Sample((values, shapes, alignment, version) => AssertSame(values, shapes, alignment, version), iter: 2000);

    private static void AssertSame(
        GgufValue[] values,
        (GgmlType Type, long[] Dimensions)[] shapes,
        uint alignment,
        uint version
    )
    {
        var writer = new GgufWriter(alignment, version);
        for (var i = 0; i < values.Length; i++)
        {
            writer.Add($"key.{i}", values[i]);
        }

        var data = shapes.Select((shape, i) => Data(shape, (byte)(i + 1))).ToArray();
        for (var i = 0; i < shapes.Length; i++)
        {
            writer.AddTensor($"tensor.{i}", shapes[i].Type, shapes[i].Dimensions, data[i]);
        }

        using var stream = new MemoryStream();
        writer.Write(stream);
        var bytes = stream.ToArray();
        var file = HeaderBytes.Read(bytes);

        Assert.Equal(version, file.Version);
        for (var i = 0; i < values.Length; i++)
        {
            AssertSame(values[i], file.Find($"key.{i}")!);
        }

        Assert.Equal(shapes.Length, file.Tensors.Count);
        for (var i = 0; i < shapes.Length; i++)
        {
            var tensor = file.Tensors[i];
            Assert.Equal($"tensor.{i}", tensor.Name);
            Assert.Equal(shapes[i].Type, tensor.Type);
            Assert.Equal(shapes[i].Dimensions, tensor.Dimensions);
            Assert.Equal(0, tensor.Offset % alignment);
            Assert.Equal(data[i], bytes.AsSpan((int)tensor.Offset, (int)tensor.Bytes));
        }
    }

    private static void AssertSame(GgufValue expected, GgufValue actual)
    {
        Assert.Equal(
            (expected.Type, expected.ElementType, expected.Count),
            (actual.Type, actual.ElementType, actual.Count)
        );
        Assert.Equal(expected.Payload.Span, actual.Payload.Span);
        if (expected.IsArray && expected.ElementType == GgufValueType.Array)
        {
            Assert.All(expected.AsArrays().Zip(actual.AsArrays()), pair => AssertSame(pair.First, pair.Second));
        }
    }

    private static byte[] Data((GgmlType Type, long[] Dimensions) shape, byte fill)
    {
        var data = new byte[GgufTensorSource.ByteCount(shape.Type, shape.Dimensions)];
        System.Array.Fill(data, fill);
        return data;
    }

    private static bool IsUnicode(string text)
    {
        try
        {
            new System.Text.UTF8Encoding(false, true).GetByteCount(text);
            return true;
        }
        catch (System.Text.EncoderFallbackException)
        {
            return false;
        }
    }
}
