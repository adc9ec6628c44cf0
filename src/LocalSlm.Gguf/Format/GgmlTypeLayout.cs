namespace LocalSlm.Gguf.Format;

/// <summary>How a number format packs its values: so many values in so many bytes. The figures are those that
/// <c>ggml_blck_size</c> and <c>ggml_type_size</c> of llama.cpp v0.4.0 return.</summary>
/// <param name="BlockValues">Values in a block.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
internal readonly record struct GgmlTypeLayout(int BlockValues, int BlockBytes)
{
    private static readonly GgmlTypeLayout[] Layouts =
    [
        new(1, 4), // F32
        new(1, 2), // F16
        new(32, 18), // Q4_0
        new(32, 20), // Q4_1
        default, // Q4_2, removed
        default, // Q4_3, removed
        new(32, 22), // Q5_0
        new(32, 24), // Q5_1
        new(32, 34), // Q8_0
        new(32, 36), // Q8_1
        new(256, 84), // Q2_K
        new(256, 110), // Q3_K
        new(256, 144), // Q4_K
        new(256, 176), // Q5_K
        new(256, 210), // Q6_K
        new(256, 292), // Q8_K
        new(256, 66), // IQ2_XXS
        new(256, 74), // IQ2_XS
        new(256, 98), // IQ3_XXS
        new(256, 50), // IQ1_S
        new(32, 18), // IQ4_NL
        new(256, 110), // IQ3_S
        new(256, 82), // IQ2_S
        new(256, 136), // IQ4_XS
        new(1, 1), // I8
        new(1, 2), // I16
        new(1, 4), // I32
        new(1, 8), // I64
        new(1, 8), // F64
        new(256, 56), // IQ1_M
        new(1, 2), // BF16
        default, // Q4_0_4_4, removed
        default, // Q4_0_4_8, removed
        default, // Q4_0_8_8, removed
        new(256, 54), // TQ1_0
        new(256, 66), // TQ2_0
        default, // IQ4_NL_4_4, removed
        default, // IQ4_NL_4_8, removed
        default, // IQ4_NL_8_8, removed
        new(32, 17), // MXFP4
        new(64, 36), // NVFP4
        new(128, 18), // Q1_0
        new(64, 18), // Q2_0
    ];

    /// <summary>One more than the highest id that llama.cpp v0.4.0 knows.</summary>
    public static int TypeIdLimit => Layouts.Length;

    /// <summary>Looks up a format; <see langword="false"/> where the id is unknown or was removed from the format.</summary>
    public static bool TryGet(GgmlType type, out GgmlTypeLayout layout)
    {
        layout = (uint)type < (uint)Layouts.Length ? Layouts[(int)type] : default;
        return layout.BlockValues > 0;
    }

    /// <summary>Looks up a format that is known to exist.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is unknown or removed.</exception>
    public static GgmlTypeLayout Of(GgmlType type) =>
        TryGet(type, out var layout)
            ? layout
            : throw new ArgumentOutOfRangeException(nameof(type), type, "No such ggml type, or one that was removed.");

    /// <summary>The bytes of so many values, whole blocks.</summary>
    public long BytesOf(long values) => checked(values / BlockValues * BlockBytes);
}
