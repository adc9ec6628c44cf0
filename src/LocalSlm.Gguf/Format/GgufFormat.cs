namespace LocalSlm.Gguf.Format;

/// <summary>Constants and limits of the GGUF container (gguf.h and gguf.cpp, llama.cpp v0.4.0).</summary>
internal static class GgufFormat
{
    /// <summary>"GGUF", read as a little-endian number.</summary>
    public const uint Magic = 0x46554747;

    /// <summary>The newest version that llama.cpp v0.4.0 reads.</summary>
    public const uint NewestVersion = 3;

    /// <summary>The oldest version that llama.cpp v0.4.0 reads.</summary>
    public const uint OldestVersion = 2;

    /// <summary>Bytes that tensor data is aligned to where the file says nothing.</summary>
    public const uint DefaultAlignment = 32;

    /// <summary>A tensor's name must be shorter: GGML_MAX_NAME, which counts the closing zero.</summary>
    public const int TensorNameLimit = 64;

    /// <summary>A key must be shorter: the GGUF specification allows 2^16 - 1 bytes.</summary>
    public const int KeyLimit = 65536;

    /// <summary>The most dimensions of a tensor: GGML_MAX_DIMS.</summary>
    public const int MaxDimensions = 4;

    /// <summary>The bytes of one value, or 0 for strings and arrays.</summary>
    public static int SizeOf(GgufValueType type) =>
        type switch
        {
            GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
            GgufValueType.UInt16 or GgufValueType.Int16 => 2,
            GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
            GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
            _ => 0,
        };

    /// <summary>Rounds up to the next multiple of a power of two.</summary>
    public static long Pad(long value, long alignment) => checked(value + alignment - 1) & ~(alignment - 1);
}
