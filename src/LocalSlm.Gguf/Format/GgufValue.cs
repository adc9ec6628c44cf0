using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LocalSlm.Gguf.Format;

/// <summary>One metadata value, kept as the bytes that the file holds and decoded when asked for. Immutable.</summary>
internal sealed class GgufValue
{
    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>Creates a value over encoded bytes, which must be sound: the reader has checked them, the factories made them.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="elementType">The type of an array's elements; the type itself for a scalar.</param>
    /// <param name="count">Elements of an array; 1 for a scalar.</param>
    /// <param name="payload">A scalar's little-endian bytes, a string's text without its length, or an array's encoded elements.</param>
    /// <param name="offset">Where the payload lies in the file, or -1.</param>
    internal GgufValue(
        GgufValueType type,
        GgufValueType elementType,
        int count,
        ReadOnlyMemory<byte> payload,
        long offset = -1
    )
    {
        Type = type;
        ElementType = elementType;
        Count = count;
        Payload = payload;
        Offset = offset;
    }

    public GgufValueType Type { get; }

    public GgufValueType ElementType { get; }

    public int Count { get; }

    public long Offset { get; }

    public bool IsArray => Type == GgufValueType.Array;

    internal ReadOnlyMemory<byte> Payload { get; }

    public static implicit operator GgufValue(byte value) => Scalar(GgufValueType.UInt8, value);

    public static implicit operator GgufValue(sbyte value) => Scalar(GgufValueType.Int8, value);

    public static implicit operator GgufValue(ushort value) => Scalar(GgufValueType.UInt16, value);

    public static implicit operator GgufValue(short value) => Scalar(GgufValueType.Int16, value);

    public static implicit operator GgufValue(uint value) => Scalar(GgufValueType.UInt32, value);

    public static implicit operator GgufValue(int value) => Scalar(GgufValueType.Int32, value);

    public static implicit operator GgufValue(ulong value) => Scalar(GgufValueType.UInt64, value);

    public static implicit operator GgufValue(long value) => Scalar(GgufValueType.Int64, value);

    public static implicit operator GgufValue(float value) => Scalar(GgufValueType.Float32, value);

    public static implicit operator GgufValue(double value) => Scalar(GgufValueType.Float64, value);

    public static implicit operator GgufValue(bool value) => Scalar(GgufValueType.Bool, value ? (byte)1 : (byte)0);

    public static implicit operator GgufValue(string value) =>
        new(GgufValueType.String, GgufValueType.String, 1, StrictUtf8.GetBytes(value));

    /// <summary>An array of numbers or truth values.</summary>
    public static GgufValue Array<T>(ReadOnlySpan<T> values)
        where T : unmanaged => new(GgufValueType.Array, ValueTypeOf<T>(), values.Length, LittleEndianBytes(values));

    /// <summary>An array of strings.</summary>
    public static GgufValue Array(IReadOnlyList<string> values) =>
        StringArray(values, static text => StrictUtf8.GetBytes(text));

    /// <summary>An array of strings given as bytes, which need not be valid UTF-8.</summary>
    public static GgufValue Array(IReadOnlyList<byte[]> values) => StringArray(values, static bytes => bytes);

    /// <summary>An array of arrays. llama.cpp v0.4.0 refuses files that hold one.</summary>
    public static GgufValue Array(IReadOnlyList<GgufValue> arrays)
    {
        using var buffer = new MemoryStream();
        foreach (var array in arrays)
        {
            if (!array.IsArray)
            {
                throw new ArgumentException("An array of arrays holds arrays only.", nameof(arrays));
            }

            array.WriteTo(buffer);
        }

        return new(GgufValueType.Array, GgufValueType.Array, arrays.Count, buffer.ToArray());
    }

    /// <summary>The text, with U+FFFD where its bytes are no UTF-8.</summary>
    /// <exception cref="InvalidOperationException">Not a string.</exception>
    public string AsString() =>
        Type == GgufValueType.String ? Encoding.UTF8.GetString(Payload.Span) : throw WrongType("a string");

    /// <summary>The whole number, or <see langword="null"/> for any other type. Unsigned values beyond <see cref="long"/>
    /// become <see cref="long.MaxValue"/>.</summary>
    public long? AsInteger() => IsArray ? null : IntegerAt(0);

    /// <summary>The floating-point number, or <see langword="null"/> for any other type.</summary>
    public double? AsNumber() => IsArray ? null : NumberAt(0);

    /// <summary>The truth value, or <see langword="null"/> for any other type.</summary>
    public bool? AsBool() => Type == GgufValueType.Bool ? Payload.Span[0] != 0 : null;

    /// <summary>The whole number at an index of an array (or the scalar at 0), or <see langword="null"/> for other types.</summary>
    public long? IntegerAt(int index)
    {
        var bytes = ElementBytes(index);
        return ElementType switch
        {
            GgufValueType.UInt8 => bytes[0],
            GgufValueType.Int8 => (sbyte)bytes[0],
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufValueType.UInt64 => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes), long.MaxValue),
            GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => null,
        };
    }

    /// <summary>The floating-point number at an index of an array (or the scalar at 0), or <see langword="null"/> for other types.</summary>
    public double? NumberAt(int index)
    {
        var bytes = ElementBytes(index);
        return ElementType switch
        {
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            _ => null,
        };
    }

    /// <summary>The elements of an array of numbers.</summary>
    /// <exception cref="InvalidOperationException">Not an array of <typeparamref name="T"/>.</exception>
    public T[] AsArray<T>()
        where T : unmanaged
    {
        if (!IsArray || ElementType != ValueTypeOf<T>())
        {
            throw WrongType($"an array of {typeof(T).Name}");
        }

        var values = new T[Count];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        Payload.Span.CopyTo(bytes);
        SwapOnBigEndian(bytes, GgufFormat.SizeOf(ElementType));
        return values;
    }

    /// <summary>The strings of an array, one after another, as bytes; nothing is copied or decoded.</summary>
    /// <exception cref="InvalidOperationException">Not an array of strings.</exception>
    public GgufStrings AsStrings() =>
        IsArray && ElementType == GgufValueType.String ? new GgufStrings(Payload, Count) : throw WrongType("strings");

    /// <summary>The arrays within an array of arrays.</summary>
    /// <exception cref="InvalidOperationException">Not an array of arrays.</exception>
    public IReadOnlyList<GgufValue> AsArrays()
    {
        if (!IsArray || ElementType != GgufValueType.Array)
        {
            throw WrongType("an array of arrays");
        }

        var arrays = new GgufValue[Count];
        var at = 0;
        for (var i = 0; i < arrays.Length; i++)
        {
            arrays[i] = GgufArrayCodec.Read(Payload, ref at);
        }

        return arrays;
    }

    /// <summary>Writes the value as it stands in a file, without its type.</summary>
    internal void WriteTo(Stream stream)
    {
        Span<byte> word = stackalloc byte[8];
        if (IsArray)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(word, (uint)ElementType);
            stream.Write(word[..4]);
            BinaryPrimitives.WriteUInt64LittleEndian(word, (ulong)Count);
            stream.Write(word);
        }
        else if (Type == GgufValueType.String)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, (ulong)Payload.Length);
            stream.Write(word);
        }

        stream.Write(Payload.Span);
    }

    private static GgufValue Scalar<T>(GgufValueType type, T value)
        where T : unmanaged => new(type, type, 1, LittleEndianBytes(new ReadOnlySpan<T>(in value)));

    private static GgufValue StringArray<T>(IReadOnlyList<T> values, Func<T, byte[]> encode)
    {
        using var buffer = new MemoryStream();
        Span<byte> length = stackalloc byte[8];
        foreach (var value in values)
        {
            var bytes = encode(value);
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)bytes.Length);
            buffer.Write(length);
            buffer.Write(bytes);
        }

        return new(GgufValueType.Array, GgufValueType.String, values.Count, buffer.ToArray());
    }

    private static byte[] LittleEndianBytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        SwapOnBigEndian(bytes, values.IsEmpty ? 1 : bytes.Length / values.Length);
        return bytes;
    }

    private static void SwapOnBigEndian(Span<byte> bytes, int size)
    {
        if (BitConverter.IsLittleEndian || size < 2)
        {
            return;
        }

        for (; !bytes.IsEmpty; bytes = bytes[size..])
        {
            bytes[..size].Reverse();
        }
    }

    private static GgufValueType ValueTypeOf<T>() =>
        typeof(T) == typeof(byte) ? GgufValueType.UInt8
        : typeof(T) == typeof(sbyte) ? GgufValueType.Int8
        : typeof(T) == typeof(ushort) ? GgufValueType.UInt16
        : typeof(T) == typeof(short) ? GgufValueType.Int16
        : typeof(T) == typeof(uint) ? GgufValueType.UInt32
        : typeof(T) == typeof(int) ? GgufValueType.Int32
        : typeof(T) == typeof(float) ? GgufValueType.Float32
        : typeof(T) == typeof(bool) ? GgufValueType.Bool
        : typeof(T) == typeof(ulong) ? GgufValueType.UInt64
        : typeof(T) == typeof(long) ? GgufValueType.Int64
        : typeof(T) == typeof(double) ? GgufValueType.Float64
        : throw new NotSupportedException($"GGUF has no value type for {typeof(T)}.");

    private ReadOnlySpan<byte> ElementBytes(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var size = GgufFormat.SizeOf(ElementType);
        return size == 0 ? default : Payload.Span.Slice(index * size, size);
    }

    private InvalidOperationException WrongType(string wanted) =>
        new($"The value is {(IsArray ? $"an array of {ElementType}" : Type.ToString())}, not {wanted}.");
}
