using System.Buffers.Binary;

namespace LocalSlm.Gguf.Format;

/// <summary>Packs 32-bit floats into ggml's number formats and back. The block layouts and the rounding are those of
/// <c>quantize_row_*_ref</c> and <c>dequantize_row_*</c> in ggml-quants.c (llama.cpp v0.4.0).</summary>
internal static class GgmlQuantizer
{
    private const int BlockValues = 32;

    /// <summary>Packs values.</summary>
    /// <param name="type">F32, F16, BF16, Q8_0, Q4_0 or Q4_1.</param>
    /// <param name="values">The values; for block formats finite, and a multiple of 32.</param>
    /// <returns>The packed bytes.</returns>
    /// <exception cref="NotSupportedException">Another format.</exception>
    /// <exception cref="ArgumentException">Values that are not finite, too large for the format's scale, or no whole block.</exception>
    public static byte[] Quantize(GgmlType type, ReadOnlySpan<float> values)
    {
        var layout = GgmlTypeLayout.Of(type);
        if (values.Length % layout.BlockValues != 0)
        {
            throw new ArgumentException(
                $"{values.Length} values; {type} packs {layout.BlockValues} a block.",
                nameof(values)
            );
        }

        var bytes = new byte[layout.BytesOf(values.Length)];
        Quantize(type, values, bytes);
        return bytes;
    }

    /// <summary>Packs values into a buffer that just holds them.</summary>
    /// <param name="type">F32, F16, BF16, Q8_0, Q4_0 or Q4_1.</param>
    /// <param name="values">The values; for block formats finite, and a multiple of 32.</param>
    /// <param name="destination">Receives the packed bytes.</param>
    public static void Quantize(GgmlType type, ReadOnlySpan<float> values, Span<byte> destination)
    {
        var layout = GgmlTypeLayout.Of(type);
        if (values.Length % layout.BlockValues != 0 || destination.Length != layout.BytesOf(values.Length))
        {
            throw new ArgumentException(
                $"{values.Length} values of {type} take {layout.BytesOf(values.Length)} bytes in whole blocks of {layout.BlockValues}; the buffer has {destination.Length}.",
                nameof(destination)
            );
        }

        for (var block = 0; block * layout.BlockValues < values.Length; block++)
        {
            var source = values.Slice(block * layout.BlockValues, layout.BlockValues);
            var target = destination.Slice(block * layout.BlockBytes, layout.BlockBytes);
            switch (type)
            {
                case GgmlType.F32:
                    BinaryPrimitives.WriteSingleLittleEndian(target, source[0]);
                    break;
                case GgmlType.F16:
                    BinaryPrimitives.WriteHalfLittleEndian(target, (Half)source[0]);
                    break;
                case GgmlType.BF16:
                    BinaryPrimitives.WriteUInt16LittleEndian(target, ToBFloat16(source[0]));
                    break;
                case GgmlType.Q8_0:
                    QuantizeQ8_0(source, target);
                    break;
                case GgmlType.Q4_0:
                    QuantizeQ4_0(source, target);
                    break;
                case GgmlType.Q4_1:
                    QuantizeQ4_1(source, target);
                    break;
                default:
                    throw NotSupported(type);
            }
        }
    }

    /// <summary>Unpacks values.</summary>
    /// <param name="type">F32, F16, BF16, Q8_0, Q4_0 or Q4_1.</param>
    /// <param name="bytes">Whole blocks.</param>
    /// <returns>The values.</returns>
    /// <exception cref="NotSupportedException">Another format.</exception>
    public static float[] Dequantize(GgmlType type, ReadOnlySpan<byte> bytes)
    {
        var layout = GgmlTypeLayout.Of(type);
        if (bytes.Length % layout.BlockBytes != 0)
        {
            throw new ArgumentException(
                $"{bytes.Length} bytes; a block of {type} is {layout.BlockBytes}.",
                nameof(bytes)
            );
        }

        var values = new float[bytes.Length / layout.BlockBytes * layout.BlockValues];
        for (var block = 0; block * layout.BlockBytes < bytes.Length; block++)
        {
            var source = bytes.Slice(block * layout.BlockBytes, layout.BlockBytes);
            var target = values.AsSpan(block * layout.BlockValues, layout.BlockValues);
            switch (type)
            {
                case GgmlType.F32:
                    target[0] = BinaryPrimitives.ReadSingleLittleEndian(source);
                    break;
                case GgmlType.F16:
                    target[0] = (float)BinaryPrimitives.ReadHalfLittleEndian(source);
                    break;
                case GgmlType.BF16:
                    target[0] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source) << 16);
                    break;
                case GgmlType.Q8_0:
                    for (var i = 0; i < BlockValues; i++)
                    {
                        target[i] = (sbyte)source[2 + i] * ReadScale(source);
                    }

                    break;
                case GgmlType.Q4_0:
                    for (var i = 0; i < BlockValues / 2; i++)
                    {
                        target[i] = ((source[2 + i] & 15) - 8) * ReadScale(source);
                        target[i + (BlockValues / 2)] = ((source[2 + i] >> 4) - 8) * ReadScale(source);
                    }

                    break;
                case GgmlType.Q4_1:
                    var least = ReadScale(source[2..]);
                    for (var i = 0; i < BlockValues / 2; i++)
                    {
                        target[i] = ((source[4 + i] & 15) * ReadScale(source)) + least;
                        target[i + (BlockValues / 2)] = ((source[4 + i] >> 4) * ReadScale(source)) + least;
                    }

                    break;
                default:
                    throw NotSupported(type);
            }
        }

        return values;
    }

    // d, then 32 signed bytes.
    private static void QuantizeQ8_0(ReadOnlySpan<float> source, Span<byte> target)
    {
        var largest = 0f;
        foreach (var value in source)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        var scale = largest / 127;
        WriteScale(target, scale);
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i < BlockValues; i++)
        {
            target[2 + i] = (byte)(sbyte)MathF.Round(source[i] * inverse, MidpointRounding.AwayFromZero);
        }
    }

    // d, then 16 bytes: value i in the low half of byte i, value i + 16 in the high half, both plus 8.
    private static void QuantizeQ4_0(ReadOnlySpan<float> source, Span<byte> target)
    {
        var extreme = 0f;
        foreach (var value in source)
        {
            if (MathF.Abs(value) > MathF.Abs(extreme) || float.IsNaN(value))
            {
                extreme = value;
            }
        }

        var scale = extreme / -8;
        WriteScale(target, scale);
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i < BlockValues / 2; i++)
        {
            var low = Math.Min(15, (int)((source[i] * inverse) + 8.5f));
            var high = Math.Min(15, (int)((source[i + (BlockValues / 2)] * inverse) + 8.5f));
            target[2 + i] = (byte)(low | (high << 4));
        }
    }

    // d and the least value, then 16 bytes as in Q4_0, counted from the least value.
    private static void QuantizeQ4_1(ReadOnlySpan<float> source, Span<byte> target)
    {
        var least = source[0];
        var most = source[0];
        foreach (var value in source)
        {
            least = MathF.Min(least, value);
            most = MathF.Max(most, value);
        }

        var scale = (most - least) / 15;
        WriteScale(target, scale);
        WriteScale(target[2..], least);
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i < BlockValues / 2; i++)
        {
            var low = Math.Min(15, (int)(((source[i] - least) * inverse) + 0.5f));
            var high = Math.Min(15, (int)(((source[i + (BlockValues / 2)] - least) * inverse) + 0.5f));
            target[4 + i] = (byte)(low | (high << 4));
        }
    }

    private static float ReadScale(ReadOnlySpan<byte> block) => (float)BinaryPrimitives.ReadHalfLittleEndian(block);

    private static void WriteScale(Span<byte> block, float scale)
    {
        var half = (Half)scale;
        if (!Half.IsFinite(half))
        {
            throw new ArgumentException(
                $"A block's scale is {scale}; a 16-bit scale holds at most 65504. The weights hold infinite, undefined or huge values."
            );
        }

        BinaryPrimitives.WriteHalfLittleEndian(block, half);
    }

    // Round to nearest even; a NaN stays one.
    private static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 64) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static NotSupportedException NotSupported(GgmlType type) =>
        new($"{type} cannot be packed or unpacked here; F32, F16, BF16, Q8_0, Q4_0 and Q4_1 can.");
}
